import { manualClock, until } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { defaultAdapter } from '../../src/adapter.ts';
import {
  type CacheOptions,
  cachedLlmCall,
  createLlmCache,
  type Duration,
  type LlmCache,
} from '../../src/index.ts';
import { ScannedStore } from '../cache/scanned-store.ts';
import { closedGate } from '../flight/gate.ts';
import { settled } from '../trial.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 10, 12);

const opened: LlmCache[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()));
});

/** A cache that stands for one process, with a clock of its own. */
function startProcess(store: ScannedStore | 'memory:', options: CacheOptions = {}) {
  const clock = manualClock(START);
  const cache = createLlmCache({ store, now: clock.now, ledger: '1h', ...options });
  opened.push(cache);
  /** Counts so many requests, which are misses. */
  const count = async (requests: number) => {
    for (let each = 0; each < requests; each += 1) {
      await cache.get({ provider: 'p', request: { model: 'm', count: each } });
    }
  };
  return { cache, clock, count };
}

async function untilWritten(store: ScannedStore, windows: number): Promise<void> {
  const keys = () => [...store.rows.keys()].filter((key) => key.includes(':ledger-window:'));
  await until('the windows are written', () => keys().length === windows);
}

const requestsIn = async (cache: LlmCache, since?: Duration) => {
  const { total } = await cache.ledger({ since });
  return total.requests;
};

test('a process that asks for its ledger again and again writes its counts under one name, and none after its end', async () => {
  const store = new ScannedStore();
  const { cache, count } = startProcess(store, { ledger: 5 });
  for (const requests of [1, 2, 3]) {
    await count(1);
    expect(await requestsIn(cache)).toBe(requests);
    await settled();
  }
  await cache.close();
  const written = [...store.rows];
  const names = written.map(([key]) => /[\da-f-]{36}:\d+/.exec(key)?.[0]);
  expect(new Set(names).size).toBe(1);
  const { cache: other } = startProcess(store);
  expect((await other.ledger()).processes).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([...store.rows]).toEqual(written);
});

describe('a ledger since some time ago', () => {
  test('has the counts of all processes in that time, and no others', async () => {
    const store = new ScannedStore();
    const [one, other, reader] = [startProcess(store), startProcess(store), startProcess(store)];
    await one.count(100);
    for (const { clock } of [one, other, reader]) clock.advance(3 * HOUR);
    await one.count(3);
    await other.count(4);
    await Promise.all([one.cache.close(), other.cache.close()]);
    await reader.count(5);
    const ledger = await reader.cache.ledger({ since: '1h' });
    expect(ledger).toMatchObject({ processes: 1, isComplete: true, total: { requests: 12 } });
    expect(ledger.since).toBe(START + 2 * HOUR); // all three are caches of one process
    expect(ledger.by('model')).toMatchObject([{ provider: 'p', model: 'm', requests: 12 }]);
    expect(ledger.by('day')).toMatchObject([{ day: '2026-01-10', requests: 12 }]);
    expect(await requestsIn(reader.cache, '3h')).toBe(112);
    expect(await requestsIn(reader.cache)).toBe(112);
  });

  test('ages out minute by minute, in steps of five', async () => {
    const { cache, clock, count } = startProcess(new ScannedStore());
    const seen: number[] = [];
    await count(1);
    for (let minute = 0; minute <= 70; minute += 1) {
      seen.push(await requestsIn(cache, '1h'));
      clock.advance(MINUTE);
    }
    expect(seen.indexOf(0)).toBe(65);
    expect(seen.slice(65)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('also has what this process has in memory no more', async () => {
    const store = new ScannedStore();
    const { cache, clock, count } = startProcess(store, { ledger: '1ms' });
    for (let window = 1; window <= 60; window += 1) {
      await count(1);
      await untilWritten(store, window);
      clock.advance(5 * MINUTE);
    }
    expect(await requestsIn(cache, '5h')).toBe(60);
    expect(await requestsIn(cache, '4h')).toBe(48);
    expect(await requestsIn(cache)).toBe(60);
  });

  test('of more than a day begins with a whole day, in UTC, and says so', async () => {
    const store = new ScannedStore();
    const { cache, clock, count } = startProcess(store);
    await count(1);
    clock.advance(24 * HOUR);
    await count(2);
    clock.advance(24 * HOUR);
    await count(4);
    const ledger = await cache.ledger({ since: '24h' });
    expect([ledger.total.requests, ledger.since]).toEqual([6, START + 24 * HOUR]);
    const days = await cache.ledger({ since: '30h' });
    expect([days.total.requests, days.since]).toEqual([6, Date.UTC(2026, 0, 11)]);
    expect(await requestsIn(cache, '90d')).toBe(7);
  });

  test('of a cache in memory has its last two hours, and whole days before', async () => {
    const { cache, clock, count } = startProcess('memory:');
    await count(1);
    clock.advance(4 * HOUR);
    for (let part = 0; part < 24; part += 1) {
      await count(1);
      clock.advance(5 * MINUTE);
    }
    await count(1);
    expect(await requestsIn(cache, '1h')).toBe(13);
    expect(await requestsIn(cache, '2h')).toBe(25);
    const ledger = await cache.ledger({ since: '3h' });
    expect([ledger.total.requests, ledger.since]).toEqual([25, START + 3 * HOUR]);
    for (let part = 0; part < 24; part += 1) {
      clock.advance(5 * MINUTE);
      await count(1);
    }
    const day = await cache.ledger({ since: '4h' });
    expect([day.total.requests, day.since]).toEqual([50, Date.UTC(2026, 0, 10)]);
  });

  test('says by how much the clock of another process is ahead', async () => {
    const store = new ScannedStore();
    const [fast, reader] = [startProcess(store), startProcess(store)];
    fast.clock.advance(2 * HOUR);
    await fast.count(3);
    await fast.cache.close();
    expect(await reader.cache.ledger({ since: '1h' })).toMatchObject({
      ahead: 2 * HOUR,
      total: { requests: 3 },
    });
    expect(await reader.cache.ledger()).toMatchObject({ ahead: 0 });
  });

  test('loses nothing where the clock of a process is set back', async () => {
    const store = new ScannedStore();
    const { cache, clock, count } = startProcess(store, { ledger: '1ms' });
    await count(3);
    for (let window = 1; window <= 30; window += 1) {
      await untilWritten(store, window);
      clock.advance(5 * MINUTE);
      await count(1);
    }
    await untilWritten(store, 31);
    clock.advance(-150 * MINUTE);
    await count(4);
    await cache.close();
    const reader = startProcess(store);
    expect(await requestsIn(reader.cache, '1h')).toBe(37);
    expect(await requestsIn(reader.cache)).toBe(37);
  });

  test('has the cost that became known later, also where it was written as unknown before', async () => {
    const store = new ScannedStore();
    const { cache, clock } = startProcess(store, { ledger: '1ms' });
    const gate = closedGate();
    const usageOf = () => ({ cost: 0.5 });
    const ask = cachedLlmCall(
      async (_question: string, _options: { signal: AbortSignal }) =>
        gate.opened.then(() => 'late'),
      { cache, adapter: { ...defaultAdapter, provider: 'p', usageOf } },
    );
    const controller = new AbortController();
    const asked = ask('a', { signal: controller.signal });
    await settled();
    controller.abort();
    await expect(asked).rejects.toThrow();
    const reader = startProcess(store).cache;
    const spent = async () => (await reader.ledger({ since: '1h' })).total.cost.spent;
    const untilSpent = async (usd: number | undefined, unpriced: number) => {
      for (let cost = await spent(); cost.usd !== usd || cost.unpriced !== unpriced; ) {
        await settled();
        cost = await spent();
      }
    };
    await untilSpent(undefined, 1);
    clock.advance(10 * MINUTE);
    gate.open();
    await untilSpent(0.5, 0);
    expect(await spent()).toEqual({ usd: 0.5, unpriced: 0 });
  });

  test('reads rows of days that an earlier version wrote', async () => {
    const store = new ScannedStore();
    const { cache, count, clock } = startProcess(store);
    await count(2);
    await cache.close();
    for (const key of [...store.rows.keys()]) {
      if (key.includes(':ledger-window:')) store.rows.delete(key);
    }
    const reader = startProcess(store);
    expect(await requestsIn(reader.cache)).toBe(2);
    expect(await requestsIn(reader.cache, '2d')).toBe(2);
    clock.advance(HOUR);
    expect(await requestsIn(reader.cache, '1h')).toBe(0);
  });

  test.each([0, -1, '0h', '-1h', '1', 'tomorrow', Number.NaN, '2026-01-01'])(
    'refuses %j',
    async (since) => {
      const { cache } = startProcess('memory:');
      await expect(cache.ledger({ since: since as Duration })).rejects.toMatchObject({
        code: 'INVALID_DURATION',
      });
    },
  );
});

describe('a reset of the counts', () => {
  test('sets those of all processes to 0, and entries stay', async () => {
    const store = new ScannedStore();
    const [one, other] = [startProcess(store), startProcess(store)];
    const entry = { provider: 'p', request: 'stored' };
    await one.cache.set(entry, 'answer');
    await one.count(3);
    await one.cache.close();
    await other.count(2);
    expect(await other.cache.resetStats()).toBe(true);
    expect(await other.cache.ledger()).toMatchObject({ processes: 0, total: { requests: 0 } });
    expect(other.cache.stats().requests).toBe(0);
    expect(await other.cache.get(entry)).toBe('answer');
    expect(await other.cache.ledger({ since: '1h' })).toMatchObject({ total: { hits: 1 } });
  });

  test('holds for a process that counts meanwhile, from its next write on', async () => {
    const store = new ScannedStore();
    const [running, resetting] = [startProcess(store, { ledger: '5ms' }), startProcess(store)];
    await running.count(7);
    await untilWritten(store, 1);
    await resetting.cache.resetStats();
    expect(await requestsIn(resetting.cache)).toBe(0);
    await running.count(1); // the process does not know of the reset
    await until('it learns', () => running.cache.stats().requests === 0);
    await running.count(2);
    await running.cache.close();
    expect(await requestsIn(resetting.cache)).toBe(2);
    expect(await requestsIn(resetting.cache, '1h')).toBe(2);
    expect(running.cache.stats().requests).toBe(2);
  });

  test('ignores what a process writes that has not learned of it', async () => {
    const store = new ScannedStore();
    const [late, resetting] = [startProcess(store), startProcess(store)];
    await late.count(7);
    await late.cache.close();
    const rows = [...store.rows].filter(([key]) => key.includes(':ledger'));
    await resetting.cache.resetStats();
    expect(store.ledgerKeys).toEqual([]);
    for (const [key, text] of rows) store.rows.set(key, text);
    expect(await requestsIn(resetting.cache)).toBe(0);
    expect(await requestsIn(resetting.cache, '1h')).toBe(0);
  });

  test('is not undone by another reset at the same time', async () => {
    const store = new ScannedStore();
    const [one, other] = [startProcess(store), startProcess(store)];
    await one.count(3);
    await Promise.all([one.cache.resetStats(), other.cache.resetStats()]);
    await one.count(2);
    await one.cache.close();
    // The process whose reset was replaced learns of the other one, and begins at 0 once more.
    expect(await requestsIn(other.cache)).toBeLessThanOrEqual(2);
    await other.count(5);
    await other.cache.close();
    const reader = startProcess(store);
    expect(await requestsIn(reader.cache)).toBeGreaterThanOrEqual(5);
  });

  test('resolves to false where the store cannot be written, and then nothing is reset', async () => {
    const store = new ScannedStore();
    const { cache, count } = startProcess(store);
    await count(3);
    store.isBroken = true;
    expect(await cache.resetStats()).toBe(false);
    store.isBroken = false;
    expect(cache.stats().requests).toBe(3);
    expect(cache.stats().storeErrors).toBe(1);
  });

  test('of a cache in memory sets its counts to 0', async () => {
    const { cache, count } = startProcess('memory:');
    await count(3);
    expect(await cache.resetStats()).toBe(true);
    expect(cache.stats().requests).toBe(0);
  });
});
