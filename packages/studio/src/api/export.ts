import { visibleLines } from '@cached-llm/core/store';
import type { ApiContext } from './context.ts';
import { fieldsOf, type Selection, selectionIn } from './selection.ts';

async function keysOf({ index }: ApiContext, { keys, filter }: Selection) {
  if (filter === undefined) return keys;
  return (await index.matchingNow(filter)).map(({ key }) => key);
}

/** The lines that `cached-llm export` writes and `cached-llm import` reads. Invalidated entries are left out. */
async function* linesOf({ cache, lineOf }: ApiContext, keys: readonly string[]) {
  for (const key of keys) {
    const entry = await cache.inspection.entry(key);
    if (entry === undefined || entry.state === 'invalidated') continue;
    yield `${visibleLines(lineOf(entry))}\n`;
  }
}

/** The selected entries with their answers, one at a time, so that no number of them fills the memory of the server. */
export async function exportLines(context: ApiContext, body: unknown) {
  return linesOf(context, await keysOf(context, selectionIn(fieldsOf(body))));
}
