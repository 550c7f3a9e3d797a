import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CountersByTime } from '../../src/ledger/counters-by-time.ts';
import { figuresOf } from '../../src/ledger/figures.ts';
import { ledgerText, readLedgerText } from '../../src/ledger/ledger-text.ts';
import { startEmitter } from '../events/start-emitter.ts';

const CALL = { key: 'k', provider: 'openai', model: 'gpt-5' };
const USAGE = { inputTokens: 7, outputTokens: 3, cacheReadTokens: 2 };

/** Counters with a value in every field. */
function fullCounters(): CountersByTime {
  const { events, counters } = startEmitter(() => Date.UTC(2026, 0, 1));
  const hit = { ...CALL, usage: USAGE, took: 800, age: 5, waited: 0.2 };
  events.emit('hit', hit);
  events.emit('stale', { ...hit, isFallback: true });
  events.emit('miss', CALL);
  events.emit('collapsed', { ...CALL, usage: USAGE, waited: 3 });
  const items = { items: 3, hits: 1, stale: 1, collapsed: 0, misses: 1 };
  events.emit('batch', { ...items, provider: 'openai', request: 1, outcome: 'miss', waited: 4 });
  events.emit('bypass', { reason: 'stateful', provider: 'openai' });
  events.emit('stored', { ...CALL, usage: USAGE, took: 900, bytes: 1 });
  events.countCall({ ...CALL, usage: USAGE, took: 900 }, {});
  events.emit('not-admitted', { ...CALL, took: 700, reason: 'truncated' });
  events.countCall({ ...CALL, took: 700 }, { rejection: 'truncated' });
  events.emit('store-error', { operation: 'set', reason: 'timeout', isPermanent: false });
  counters.storeCounters().counts.evictions += 2;
  return counters;
}

const textOf = (counters: CountersByTime) => ledgerText([...counters]);

describe('a day of a process as text', () => {
  test('is read as it was written', () => {
    const counters = fullCounters();
    const read = readLedgerText(textOf(counters), '2026-01-01');
    expect(figuresOf(read)).toEqual(figuresOf([...counters]));
    expect(read.map(({ day, provider, model }) => [day, provider, model])).toEqual([
      ['2026-01-01', 'openai', 'gpt-5'],
      ['2026-01-01', 'openai', undefined],
      ['2026-01-01', '', undefined],
    ]);
  });

  test('contains no key, and stays small', () => {
    const text = textOf(fullCounters());
    expect(text).not.toContain('"k"');
    expect(text.length).toBeLessThan(1_500);
  });

  test.each([
    '',
    '[]',
    '{',
    'null',
    '{"version":2,"rows":[]}',
    '{"version":1,"rows":{}}',
    '{"__proto__":1}',
  ])('adds nothing where the text is %j', (text) => {
    expect(readLedgerText(text, '2026-01-01')).toEqual([]);
  });

  test('adds no invalid figure where the text was damaged', () => {
    const text = textOf(fullCounters());
    const damage = fc.record({ at: fc.nat(text.length - 1), with: fc.string({ unit: 'binary' }) });
    fc.assert(
      fc.property(damage, ({ at, with: piece }) => {
        const damaged = text.slice(0, at) + piece + text.slice(at + piece.length);
        const { hits, time, tokens } = figuresOf(readLedgerText(damaged, '2026-01-01'));
        expect(Number.isFinite(time.saved)).toBe(true); // less than 0 is a loss
        for (const sum of [hits, tokens.saved.input]) {
          expect(Number.isFinite(sum) && sum >= 0).toBe(true);
        }
      }),
    );
  });

  test('ignores every value that is not a count', () => {
    const counts = {
      hits: -5,
      misses: '3',
      stale: null,
      stored: Number.POSITIVE_INFINITY,
      bypasses: 2,
      made: 9,
    };
    const histogram = { buckets: [[-1, 5], [1.5, 5], ['1', 5], [3, -5], [3, 4], 7], sum: 'x' };
    const row = { provider: 'p', model: 7, counts, cached: histogram, reasons: { bypasses: [1] } };
    const [read] = readLedgerText(JSON.stringify({ version: 3, rows: [row, 5, {}] }), 'day');
    expect(read).toMatchObject({ day: 'day', provider: 'p', model: undefined });
    expect(read?.counters.counts).toMatchObject({ hits: 0, misses: 0, stored: 0, bypasses: 2 });
    expect(read?.counters.counts).not.toHaveProperty('made');
    expect(read?.counters.cached).toMatchObject({ count: 4, sum: 0 });
  });
});
