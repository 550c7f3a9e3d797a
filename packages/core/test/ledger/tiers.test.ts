import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { HALF_HOUR, TIERS } from '../../src/ledger/usage-sums.ts';

/** The text of the list, because the package has no function that returns all of it. */
const list = readFileSync(createRequire(import.meta.url).resolve('@pydantic/genai-prices'), 'utf8');

const found = (pattern: RegExp) => [...new Set([...list.matchAll(pattern)].map(([, one]) => one))];

test('prices change at the sizes of a request that the ledger tells apart, and at no other', () => {
  const sizes = found(/\bstart:([\de]+)/g).map(Number);
  expect(sizes.length).toBeGreaterThan(3);
  expect(sizes.filter((size) => !(TIERS as readonly number[]).includes(size))).toEqual([]);
});

test('prices change at full and half hours only', () => {
  const times = found(/\b(?:start|end)_time:"([\d:]+Z)"/g);
  const instants = times.map((time) => Date.parse(`1970-01-01T${time}`));
  expect(instants.length).toBeGreaterThan(2);
  expect(instants.filter((instant) => instant % HALF_HOUR !== 0)).toEqual([]);
});
