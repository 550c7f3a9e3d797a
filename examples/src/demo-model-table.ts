import type { LlmCache } from '@cached-llm/core';
import Table from 'cli-table3';

const percent = new Intl.NumberFormat('en-US', { style: 'percent' });
const dollars = (usd: number | undefined) => (usd === undefined ? 'unknown' : `$${usd.toFixed(6)}`);

/** What all runs of the demo saved, from the ledger of its cache. An embedding of two texts counts as two requests. */
export async function modelTable(cache: LlmCache): Promise<string> {
  const table = new Table({
    head: ['model, over all runs', 'requests', 'hits', 'hit rate', 'tokens saved', 'saved'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const row of (await cache.ledger()).by('model')) {
    const { input, output } = row.tokens.saved;
    const counts = [row.requests, row.hits, percent.format(row.hitRate), input + output];
    table.push([row.model, ...counts, dollars(row.cost.saved.usd)]);
  }
  return table.toString();
}
