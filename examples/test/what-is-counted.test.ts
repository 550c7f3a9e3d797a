import { readFileSync } from 'node:fs';
import { createLlmCache } from '@cached-llm/core';
import type { Usage } from '@cached-llm/core/adapter';
import { describe, expect, test } from '@jest/globals';
import { COUNTED_CALLS, type CountedCall } from './counted-calls.ts';
import { listedPrice, priceList } from './price-list.ts';

const document = readFileSync(new URL('../../docs/what-is-counted.md', import.meta.url), 'utf8');

/** The columns of the table: kind, provider, what is billed, what is counted, source. */
const rows = document
  .split('\n')
  .filter((line) => /^\| (?!-|Kind)/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter((cells) => cells.length === 5);

const rowOf = ({ row: [kind, provider] }: CountedCall) =>
  rows.find(([ofKind, ofProvider]) => ofKind === kind && ofProvider === provider);

/** The names of what is counted, as the table has them. */
function namesIn({ details, ...usage }: Usage): readonly string[] {
  const counted = { ...usage, ...details };
  const given = Object.entries(counted).filter(([, value]) => value !== undefined && value !== 0);
  return given.map(([name]) => name).sort();
}

const cache = createLlmCache();

describe('the table of what is counted', () => {
  test('has a row for each kind of call that is tried, and no other', () => {
    const tried = COUNTED_CALLS.map(({ row }) => [...row]);
    expect(rows.map((row) => row.slice(0, 2))).toEqual(tried);
    for (const row of rows) expect(row[4]).toMatch(/^(\[[^\]]+\]\(https:\/\/\S+\)(, )?)+$/);
  });

  test.each(COUNTED_CALLS.map((call) => [...call.row, call] as const))(
    'says what is counted: %s, %s',
    (_kind, _provider, call) => {
      const usage = call.adapter.usageOf?.(call.response) ?? {};
      const said = [...(rowOf(call)?.[3] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name);
      expect(said.sort()).toEqual(namesIn(usage));
    },
  );

  test.each(COUNTED_CALLS.map((call) => [...call.row, call] as const))(
    'has the price that is billed: %s, %s',
    (_kind, _provider, { adapter, id, host, model, response, usd }) => {
      const endpoint = { address: host };
      const ours = cache.priceOf(adapter.usageOf?.(response), { provider: id, model, endpoint });
      if (usd === 'unknown') return expect(ours).toBeUndefined();
      const provider = priceList.findProvider({ providerId: id });
      const right = usd ?? (provider && listedPrice(provider, response, model));
      expect(right).toEqual(expect.any(Number));
      expect(ours).toBeCloseTo(Number(right), 12);
    },
  );
});
