import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CacheEvents, EventName } from '../../src/index.ts';
import { LONGEST_ROW, liveText, type NotedCall, readLiveText } from '../../src/ledger/live-call.ts';
import { LiveCalls } from '../../src/ledger/live-calls.ts';

const PREFIX = 'app:2:';
const CALL = { key: `${PREFIX}-:k`, provider: 'openai', model: 'gpt-5' };
const USAGE = { inputTokens: 7, outputTokens: 3 };
const HIT = { ...CALL, usage: USAGE, took: 800, age: 5, waited: 0.2 };

type Sent = { [Name in EventName]: readonly [Name, CacheEvents[Name]] }[EventName];

/** What is noted of these events, one each millisecond. */
function notedOf(events: readonly Sent[], calls = new LiveCalls({ priceOf, prefix: PREFIX })) {
  for (const [at, [name, event]] of events.entries()) calls.take(name, event, at);
  return calls.since(0);
}

const priceOf = ({ inputTokens = 0 } = {}) => inputTokens / 10;
const COST = { usage: USAGE, usd: 0.7 };

describe('what is noted of a call', () => {
  test('a hit has its key, its age, what its caller waited, and what it saved', () => {
    expect(notedOf([['hit', { ...HIT, endpoint: { operation: 'chat', address: 'a.b' } }]])).toEqual(
      [
        {
          ...{ number: 1, at: 0, outcome: 'hit', provider: 'openai', model: 'gpt-5' },
          ...{ operation: 'chat', key: '-:k', age: 5, took: 0.2 },
          saved: { ...COST, endpoint: { address: 'a.b' } },
        },
      ],
    );
  });

  test('a miss runs, and has what it cost when it ends', () => {
    const calls = new LiveCalls({ priceOf, prefix: PREFIX });
    const [running] = notedOf([['miss', CALL]], calls);
    expect(running).toMatchObject({ outcome: 'miss', key: '-:k' });
    expect(running).not.toHaveProperty('result');
    const [ended] = notedOf([['stored', { ...CALL, usage: USAGE, took: 900, bytes: 1 }]], calls);
    expect(ended).toMatchObject({ number: 1, outcome: 'miss', took: 900, result: 'stored' });
    expect(ended).toMatchObject({ spent: COST });
  });

  test.each<[string, Sent, Partial<NotedCall>]>([
    [
      'not stored',
      ['not-admitted', { ...CALL, usage: USAGE, took: 9, reason: 'truncated' }],
      { result: 'truncated', took: 9 },
    ],
    [
      'an error of the provider',
      ['not-admitted', { ...CALL, took: 9, reason: 'status', error: '429' }],
      { result: '429', spent: undefined },
    ],
    [
      'a gateway that waited in vain, of which nobody knows the cost',
      ['call-failed', { ...CALL, took: 9, error: '504' }],
      { result: 'failed: 504', spent: {} },
    ],
    [
      'a failure',
      ['call-failed', { ...CALL, error: 'TypeError' }],
      { result: 'failed: TypeError' },
    ],
  ])('a miss ends with %s', (_what, end, expected) => {
    expect(notedOf([['miss', CALL], end])).toMatchObject([{ outcome: 'miss', ...expected }]);
  });

  test('calls of one key end in the order in which they began', () => {
    const events: Sent[] = [
      ['miss', CALL],
      ['miss', CALL],
      ['not-admitted', { ...CALL, reason: 'truncated' }],
      ['stored', { ...CALL, bytes: 1 }],
    ];
    const results = notedOf(events).map(({ number, result }) => [number, result]);
    expect(results).toEqual([
      [1, 'truncated'],
      [2, 'stored'],
    ]);
  });

  test('a call behind a stale answer is a revalidation, and the stale answer saved nothing', () => {
    const events: Sent[] = [
      ['stale', { ...HIT, isFallback: false, isSaving: false }],
      ['stored', { ...CALL, usage: USAGE, bytes: 1, isRevalidation: true }],
    ];
    expect(notedOf(events)).toMatchObject([
      { outcome: 'stale', saved: undefined },
      { outcome: 'revalidation', spent: COST, result: 'stored' },
    ]);
  });

  test('who joined a stream has saved its call when the stream ends', () => {
    const joined = { ...CALL, waited: 3, isRunning: true };
    const events: Sent[] = [
      ['collapsed', joined],
      ['call-saved', { ...CALL, usage: USAGE }],
    ];
    expect(notedOf([['collapsed', joined]])).toMatchObject([{ took: 3, saved: undefined }]);
    expect(notedOf(events)).toMatchObject([{ outcome: 'collapsed', took: 3, saved: COST }]);
  });

  test('a bypass has its reason, and no key', () => {
    const [noted] = notedOf([['bypass', { reason: 'stateful', provider: 'openai', field: 'x' }]]);
    expect(noted).toEqual({
      ...{ number: 1, at: 0, outcome: 'bypass', provider: 'openai', result: 'stateful' },
    });
  });

  test('a request for many items is one call, with the sums of its items', () => {
    const item = (index: number) => ({ request: 4, index, of: 3 });
    const events: Sent[] = [
      ['hit', { ...HIT, item: item(0) }],
      ['miss', { ...CALL, item: item(1) }],
      ['miss', { ...CALL, item: item(2) }],
      [
        'batch',
        {
          ...{ provider: 'openai', model: 'gpt-5', request: 4, outcome: 'miss', waited: 30 },
          ...{ items: 3, hits: 1, stale: 0, collapsed: 0, misses: 2 },
        },
      ],
      ['stored', { ...CALL, usage: USAGE, bytes: 1, item: item(1) }],
      ['stored', { ...CALL, usage: USAGE, bytes: 1, item: item(2) }],
    ];
    expect(notedOf(events)).toMatchObject([
      {
        ...{ number: 1, outcome: 'miss', items: 3, took: 30, saved: COST },
        spent: { usage: { inputTokens: 14, outputTokens: 6 }, usd: 1.4 },
      },
    ]);
  });

  test('what is noted stays bounded, and the latest calls stay', () => {
    const events = Array.from({ length: 2_000 }, (): Sent => ['hit', HIT]);
    const calls = new LiveCalls({ priceOf, prefix: PREFIX });
    const noted = notedOf(events, calls);
    expect(noted).toHaveLength(100);
    expect([noted[0]?.number, noted.at(-1)?.number, calls.total]).toEqual([1_901, 2_000, 2_000]);
    expect(calls.since(1_990)).toHaveLength(10);
  });

  test('a call that ends when it is noted no more is noted again', () => {
    const hits = Array.from({ length: 200 }, (): Sent => ['hit', { ...HIT, key: 'other' }]);
    const noted = notedOf([['miss', CALL], ...hits, ['stored', { ...CALL, bytes: 1 }]]);
    expect(noted.at(-1)).toMatchObject({ number: 1, outcome: 'miss', result: 'stored' });
  });
});

describe('the row of a cache', () => {
  const WHOSE = { process: 'p', instance: 1, pid: 7, writtenAt: 5, writes: 2, total: 9 };

  test('is read as it was written', () => {
    const calls = notedOf([
      ['hit', { ...HIT, endpoint: { operation: 'chat', address: 'a.b' } }],
      ['bypass', { reason: 'stateful', provider: 'openai' }],
    ]);
    expect(readLiveText(liveText({ ...WHOSE, calls }))).toEqual({ ...WHOSE, calls });
  });

  test('is bounded, whatever the names of models are', () => {
    const long = 'é\u0000"'.repeat(20_000);
    const events = Array.from(
      { length: 300 },
      (): Sent => ['hit', { ...HIT, provider: long, model: long, servedModel: long, key: long }],
    );
    const text = liveText({ ...WHOSE, calls: notedOf(events) });
    expect(text.length).toBeLessThanOrEqual(LONGEST_ROW);
    const read = readLiveText(text);
    expect(read?.calls.length).toBeGreaterThan(0);
    expect(read?.calls.at(-1)?.number).toBe(300);
  });

  test.each(['', '{', 'null', '[]', '{"version":2,"process":"p","calls":[]}', '{"__proto__":1}'])(
    'is none where the text is %j',
    (text) => {
      expect(readLiveText(text)).toBeUndefined();
    },
  );

  test('has no call that is damaged', () => {
    const calls = [
      { number: 1, at: 1, outcome: 'robbery', provider: 'p' },
      { number: -1, at: 1, outcome: 'hit', provider: 'p' },
      { number: 1, at: 'now', outcome: 'hit', provider: 'p' },
      { number: 1, at: 9e15, outcome: 'hit', provider: 'p' },
      null,
      { number: 2, at: 1, outcome: 'hit', provider: 3, took: 'x', saved: { usd: -1, usage: [] } },
    ];
    const text = JSON.stringify({ version: 1, ...WHOSE, calls }).replace('"x"', '1e999');
    expect(readLiveText(text)?.calls).toMatchObject([
      { number: 2, outcome: 'hit', provider: '', took: undefined, saved: { usd: undefined } },
    ]);
  });

  test('never throws, whatever stands there', () => {
    const text = liveText({ ...WHOSE, calls: notedOf([['hit', HIT]]) });
    const damage = fc.record({ at: fc.nat(text.length - 1), with: fc.string({ unit: 'binary' }) });
    fc.assert(
      fc.property(damage, ({ at, with: piece }) => {
        const read = readLiveText(text.slice(0, at) + piece + text.slice(at + piece.length));
        for (const { number, took = 0 } of read?.calls ?? []) {
          expect(Number.isFinite(number) && Number.isFinite(took)).toBe(true);
        }
      }),
    );
  });
});
