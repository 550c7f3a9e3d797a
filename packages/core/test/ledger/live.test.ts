import { until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type Adapter, defaultAdapter } from '../../src/adapter.ts';
import { type CacheOptions, cachedLlmCall } from '../../src/index.ts';
import { LONGEST_ROW } from '../../src/ledger/live-call.ts';
import { type LiveCall, LiveFeed } from '../../src/store.ts';
import { ScannedStore } from '../cache/scanned-store.ts';
import { SharedStore } from '../shared-store.ts';
import { settled, startTrial } from '../trial.ts';

interface Question {
  readonly prompt: string;
  readonly model?: string;
  readonly odd?: () => void;
}

const adapter: Adapter = {
  ...defaultAdapter,
  provider: 'p',
  usageOf: () => ({ inputTokens: 10, outputTokens: 3, cost: 0.25 }),
};

/** A process that notes its calls, as often as a test can wait for. */
function start(options: CacheOptions) {
  const trial = startTrial({ live: '1ms', ...options });
  const ask = cachedLlmCall(
    async ({ prompt }: Question) => {
      trial.clock.advance(800);
      if (prompt === 'fails') throw new TypeError('whisper-error');
      return `whisper-answer to ${prompt}`;
    },
    { cache: trial.cache, adapter, scope: 'whisper-scope', tags: ['whisper-tag'] },
  );
  return { ...trial, ask };
}

const liveRows = ({ rows }: ScannedStore) => [...rows].filter(([key]) => key.includes('live'));

const A: Question = { prompt: 'whisper-prompt', model: 'small' };

async function newsAfter(
  feed: LiveFeed,
  after: number,
  isSo: (calls: readonly LiveCall[]) => unknown,
) {
  let news = await feed.read(after);
  await until('the calls are written', async () => {
    news = await feed.read(after);
    return isSo(news.calls);
  });
  return news;
}

describe('live', () => {
  test('shows the calls of all caches, with what they saved and spent', async () => {
    const store = new ScannedStore();
    const [one, other] = [start({ store }), start({ store })];
    await one.ask.withInfo(A);
    await other.ask(A);
    await other.ask.withInfo({ ...A, odd: () => {} });
    await one.ask({ ...A, prompt: 'fails' }).catch(() => {});
    const feed = new LiveFeed({ store });
    const isAll = (calls: readonly LiveCall[]) =>
      calls.filter(({ result, saved }) => result ?? saved).length === 4;
    const { calls, last, processes, unseen } = await newsAfter(feed, 0, isAll);
    const of = { provider: 'p', model: 'small', pid: process.pid };
    const cost = { input: 10, output: 3, usd: 0.25 };
    const key = one.ask.keyOf(A);
    const found = (outcome: string, result?: string) =>
      calls.find((call) => call.outcome === outcome && call.result === result);
    expect(found('miss', 'stored')).toMatchObject({ ...of, key, spent: cost, took: 800 });
    expect(found('hit')).toMatchObject({ ...of, key, saved: cost, age: 0 });
    expect(found('bypass', 'not-canonical')).toMatchObject({ provider: 'p' });
    expect(found('miss', 'failed: TypeError')).toMatchObject({ spent: undefined });
    expect({ processes, unseen, more: (await feed.read(last)).calls }).toEqual({
      ...{ processes: 1, unseen: 0, more: [] },
    });
    await one.ask(A);
    const { calls: later } = await newsAfter(feed, last, ({ length }) => length > 0);
    expect(later).toMatchObject([{ outcome: 'hit', key, change: last + 1 }]);
    expect((await feed.read(last + 1_000)).calls.length).toBe(calls.length + 1); // of another feed
  });

  test('writes nothing of prompts, answers, scopes, tags and errors', async () => {
    const store = new ScannedStore();
    const { ask, cache } = start({ store, namespace: 'app' });
    await ask.withInfo(A);
    await ask(A);
    await ask({ ...A, prompt: 'fails' }).catch(() => {});
    await cache.close();
    const text = JSON.stringify(liveRows(store));
    expect(text).toContain('failed: TypeError');
    expect(text).not.toContain('whisper');
    expect(text).toContain(ask.keyOf(A)?.slice('app:2:'.length));
  });

  test.each<[string, CacheOptions]>([
    ['by default', { live: undefined }],
    ['where it is off', { live: false }],
    ['in a mode that writes nothing', { mode: 'read-only' }],
  ])('writes no row %s', async (_when, options) => {
    const store = new ScannedStore();
    const { ask, cache } = start({ store, ...options });
    await ask.withInfo(A);
    await ask(A);
    await cache.close();
    expect(liveRows(store)).toEqual([]);
  });

  test('is ignored in the memory of this process, which nobody else reads', async () => {
    const { ask, cache } = start({ store: undefined });
    await ask.withInfo(A);
    expect(cache.stats().store.usedEntries).toBe(1);
    await cache.close();
    expect(cache.stats().store.usedEntries).toBe(1);
  });

  test.each([true, '5s', false])('may be %p', (live) => {
    expect(() => startTrial({ live: live as true })).not.toThrow(); // one of its types
  });

  test.each(['yes', -1, '0s'])('is refused as %p', (live) => {
    const code = 'INVALID_DURATION';
    expect(() => startTrial({ live: live as '1s' })).toThrow(expect.objectContaining({ code }));
  });

  test('is one row of each cache, however many calls there are', async () => {
    const store = new ScannedStore();
    const { ask, cache } = start({ store, live: '1h' });
    const feed = new LiveFeed({ store });
    await ask.withInfo(A);
    for (let count = 0; count < 1_500; count += 1) await ask(A);
    await cache.close();
    const [row, ...others] = liveRows(store);
    expect(others).toEqual([]);
    expect(row?.[1].length).toBeLessThan(LONGEST_ROW);
    const { calls, unseen } = await feed.read();
    expect(calls.length).toBe(100);
    expect(unseen).toBe(0); // they were before this feed began
  });

  test('counts the calls that were too many to be noted', async () => {
    const store = new ScannedStore();
    const { ask, cache } = start({ store, live: '1h' });
    const feed = new LiveFeed({ store });
    await ask.withInfo(A);
    await cache.close();
    expect((await feed.read()).unseen).toBe(0);
    for (let count = 0; count < 250; count += 1) await ask(A);
    await cache.close();
    expect((await feed.read()).unseen).toBe(150);
  });

  test('is at most 64 rows, and a cache that writes no more makes room', async () => {
    const store = new ScannedStore();
    const trials = Array.from({ length: 90 }, () => start({ store, live: '1h' }));
    for (const { ask, cache } of trials) {
      await ask.withInfo(A);
      await cache.close();
    }
    expect(liveRows(store).length).toBeLessThanOrEqual(64);
    for (const [key, value] of liveRows(store)) {
      store.rows.set(key, value.replace(/"writtenAt":\d+/, '"writtenAt":1'));
    }
    const late = start({ store, live: '1h' });
    await late.ask(A);
    await late.cache.close();
    expect(
      liveRows(store).filter(([, value]) => value.includes('"writtenAt":1,')).length,
    ).toBeLessThan(64);
  });

  test('leaves out what is older than ten minutes', async () => {
    const store = new ScannedStore();
    const { ask, cache, clock } = start({ store, live: '1h', ttl: '1d' });
    await ask.withInfo(A);
    clock.advance(600_001);
    await ask(A);
    await cache.close();
    const { calls } = await new LiveFeed({ store }).read();
    expect(calls.map(({ outcome }) => outcome)).toEqual(['hit']);
  });

  test('no call knows of a store that fails, and later its calls are shown', async () => {
    const store = new ScannedStore();
    const { ask } = start({ store, storeTimeout: '30s' });
    store.isBroken = true;
    expect(await ask(A)).toBe('whisper-answer to whisper-prompt');
    await settled();
    expect(liveRows(store)).toEqual([]);
    store.isBroken = false;
    const feed = new LiveFeed({ store });
    const { calls } = await newsAfter(feed, 0, (all) => all.some(({ result }) => result));
    expect(calls).toMatchObject([{ outcome: 'miss', spent: { usd: 0.25 } }]);
  });

  test('is written into a store that has no atomic rows', async () => {
    const store = new SharedStore();
    const { ask, cache } = start({ store, live: '1h' });
    await ask.withInfo(A);
    await cache.close();
    await ask(A);
    await cache.close();
    const outcomes = (await new LiveFeed({ store }).read()).calls.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['miss', 'hit']);
  });

  test('who reads is told of a store that fails', async () => {
    const get = () => Promise.reject(new Error('down'));
    const store = { get, set: () => false, delete: () => false };
    await expect(new LiveFeed({ store }).read()).rejects.toThrow('down');
  });
});
