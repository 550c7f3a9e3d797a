import { expect, test } from '@jest/globals';
import { figuresOf, rowsBy } from '../../src/ledger/figures.ts';
import { storeFigures } from '../../src/ledger/store-figures.ts';
import { summaryOf } from '../../src/ledger/summary.ts';
import { startEmitter } from '../events/start-emitter.ts';

const CALL = { key: 'k', provider: 'openai', model: 'no-such-model' };
const USAGE = { inputTokens: 1_234, outputTokens: 56 };

test('a summary states what is known, and calls the rest unknown', () => {
  const { events, counters } = startEmitter();
  const hit = { ...CALL, usage: USAGE, took: 2_000, age: 1, waited: 0.5 };
  for (const _time of [1, 2, 3]) events.emit('hit', hit);
  events.emit('miss', CALL);
  events.countCall({ ...CALL, usage: USAGE, took: 2_000 }, {});
  events.emit('stored', { ...CALL, bytes: 1 });
  events.emit('bypass', { reason: 'stateful', provider: 'openai' });
  events.emit('store-error', { operation: 'set', reason: 'timeout', isPermanent: false });
  const all = [...counters];
  const byProvider = [{ provider: 'openai', entries: 3, bytes: 1_200 }];
  const store = { entries: 3, bytes: 1_200, usedBytes: 40_960, maxBytes: 1_048_576, measuredAt: 0 };
  const known = storeFigures({ ...store, byProvider }, {});
  const models = rowsBy(all, 'model');
  expect(summaryOf(figuresOf(all), { models, store: known, now: 90_000 })).toBe(
    [
      'requests     5: 3 hits, 0 stale, 0 collapsed, 1 misses, 1 bypasses (stateful 1)',
      'hit rate     75%, miss rate 25%',
      'cached       0.5 ms (p50 0.494 ms, p95 0.494 ms)',
      'uncached     2 s (p50 2.02 s, p95 2.02 s)',
      'time saved   6 s, 4,000 times faster',
      'tokens       saved 3,702 in, 168 out; spent 1,234 in, 56 out',
      'cost         saved unknown; spent unknown',
      'stored       1 stored, 0 evictions',
      'not stored   0',
      'store errors 1 (set 1)',
      'store        40,960 of 1,048,576 bytes, 3.9% used',
      'entries      3 in 1,200 bytes (measured 90 s ago)',
      '  openai: 3 in 1,200 bytes',
      '  openai no-such-model: 4 requests, 75% hits, saved 3,702 in, 168 out, unknown',
      '  openai: 1 requests, 0% hits, saved 0 in, 0 out, $0',
    ].join('\n'),
  );
});

test.each([
  ['was lost, by how much', 2_000, 5_000, 'time lost    3 s, 2.5 times slower'],
  ['was neither saved nor lost', 2_000, 2_000, 'time saved   0 ms'],
  ['was lost behind calls that took none', 0, 5_000, 'time lost    5 s'],
])('a summary says where time %s', (_what, took, waited, line) => {
  const { events, counters } = startEmitter();
  events.emit('hit', { ...CALL, usage: USAGE, took, age: 1, waited });
  const text = summaryOf(figuresOf([...counters]), { models: [], store: {}, now: 0 });
  expect(text.split('\n')).toContain(line);
});

test('a summary without requests has zeros', () => {
  const text = summaryOf(figuresOf([]), { models: [], store: {}, now: 0 });
  expect(text).toContain('requests     0: 0 hits');
  expect(text).toContain('cached       -');
  expect(text).toContain('cost         saved $0; spent $0');
  expect(text).toContain('store        -\nentries      not measured');
});
