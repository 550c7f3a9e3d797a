import { createLlmCache } from '@cached-llm/core';
import { openStore, type Store } from '@cached-llm/core/store';
import { manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { NOW, now, put, question } from '../questions.ts';
import { KINDS, type TestStore } from '../test-stores.ts';
import { useTestStore, useTestStores } from '../use-test-stores.ts';

const HOUR = 3_600_000;

const testStores = useTestStores();

/** Requests of one process: each of `hits` finds the stored answer, and each of `misses` does not. */
function ask(
  testStore: TestStore,
  { ago, hits, misses }: { readonly ago: number; readonly hits: number; readonly misses: number },
): Promise<void> {
  const { now: then } = manualClock(NOW - ago * HOUR);
  return testStore.use(
    async (cache) => {
      await cache.set(question('stored'), 'answer', { ttl: '100d' });
      for (let hit = 0; hit < hits; hit += 1) await cache.get(question('stored'));
      for (let miss = 0; miss < misses; miss += 1) await cache.get(question(`new ${miss}`));
    },
    { now: then },
  );
}

/** Two look-ups that the store does not answer. */
async function failTwice({ url, namespace }: TestStore, { ago }: { readonly ago: number }) {
  const inner = openStore(url);
  const store: Store = {
    get: (key) => (key.includes(':ledger') ? inner.get(key) : Promise.reject(new Error('down'))),
    set: (key, text, ttl) => inner.set(key, text, ttl),
    delete: (key) => inner.delete(key),
    scan: (prefix) => inner.scan?.(prefix) ?? (async function* none() {})(),
    disconnect: () => inner.disconnect?.(),
  };
  const cache = createLlmCache({ store, namespace, now: () => NOW - ago * HOUR, ledger: '1h' });
  for (const name of ['a', 'b']) await cache.get(question(name));
  await cache.close();
}

describe.each(KINDS)('on %s', (kind) => {
  const testStore = useTestStore(testStores, kind);

  async function afterAGoodMonth(): Promise<void> {
    await ask(testStore, { ago: 30 * 24, hits: 200, misses: 0 });
    await ask(testStore, { ago: 0.5, hits: 0, misses: 20 });
    await ask(testStore, { ago: 0, hits: 1, misses: 9 });
  }

  describe('health', () => {
    test('judges the hit rate of the last hour, and not of a good month', async () => {
      await afterAGoodMonth();
      const { code, out } = await testStore.run('health --min-hit-rate 50%', { now });
      expect(code).toBe(1);
      expect(out).toContain('✗  hit rate  3.3 % of 30 requests in 1h (must be at least 50.0 %)');
    });

    test('judges the time of --since', async () => {
      await afterAGoodMonth();
      const line = 'health --min-hit-rate 50% --since';
      expect(await testStore.run(`${line} 5m`, { now })).toMatchObject({ code: 1 });
      expect(await testStore.run(`${line} 7d`, { now })).toMatchObject({ code: 1 });
      expect(await testStore.run(`${line} 31d`, { now })).toMatchObject({ code: 0 });
    });

    test('is green again when what was bad is older than an hour', async () => {
      await ask(testStore, { ago: 2, hits: 0, misses: 20 });
      await ask(testStore, { ago: 0, hits: 9, misses: 1 });
      const { code, out } = await testStore.run('health --min-hit-rate 50%', { now });
      expect([code, out]).toEqual([0, expect.stringContaining('90.0 % of 10 requests in 1h')]);
    });

    test('says that nothing was asked, and is green then', async () => {
      await ask(testStore, { ago: 30, hits: 2, misses: 20 });
      const { code, out } = await testStore.run('health --min-hit-rate 50%', { now });
      expect([code, out]).toEqual([0, expect.stringContaining('hit rate  no requests in 1h')]);
      const [{ checks }] = await testStore.json('health --min-hit-rate 50%', { now });
      const check = checks.find(({ name }: { name: string }) => name === 'hit rate');
      expect(check).toEqual({
        name: 'hit rate',
        healthy: true,
        found: expect.any(String),
        limit: 0.5,
      });
    });

    test('forgets errors of the store that are older than an hour', async () => {
      await failTwice(testStore, { ago: 2 });
      const line = 'health --max-store-errors 1';
      const { code, out } = await testStore.run(line, { now });
      expect([code, out]).toEqual([0, expect.stringContaining('0 in 1h (must be at most 1)')]);
      expect(await testStore.run(`${line} --since 3h`, { now })).toMatchObject({ code: 1 });
      await failTwice(testStore, { ago: 0.5 });
      const later = await testStore.run(line, { now });
      expect(later.out).toContain('✗  store errors  2 in 1h (must be at most 1)');
    });

    test('names a process whose clock is ahead', async () => {
      await ask(testStore, { ago: -3, hits: 0, misses: 1 });
      await testStore.run('clear --yes', { now });
      const { code, out } = await testStore.run('health', { now });
      expect([code, out]).toEqual([1, expect.stringContaining('a count is 3h from the future')]);
    });
  });

  describe('stats --since', () => {
    test('shows what was counted since, and when that begins', async () => {
      await afterAGoodMonth();
      const [all] = await testStore.json('stats', { now });
      expect([all.requests, all.since, all.hits]).toEqual([230, undefined, 201]);
      const [hour] = await testStore.json('stats --since 1h', { now });
      expect(hour).toMatchObject({ requests: 30, hits: 1, since: '2026-11-21T11:00:00.000Z' });
      expect(hour.byDay).toMatchObject([{ day: '2026-11-21', requests: 30 }]);
      const { out } = await testStore.run('stats --since 10m', { now });
      expect(out).toMatch(/^since +2026-11-21T11:50:00.000Z, 10m ago\nrequests +10 by 1 process\n/);
      const [week] = await testStore.json('stats --since 7d --by day', { now });
      expect(week).toMatchObject({
        since: '2026-11-14T00:00:00.000Z',
        by: 'day',
        rows: [{ requests: 30 }],
      });
    });

    test.each(['0', '0h', '-1h', '1', 'tomorrow', '2030-01-01', '1h30m', '1e3h', ''])(
      'refuses %j',
      async (since) => {
        for (const command of ['stats', 'health']) {
          const { code, out, errors } = await testStore.run(`${command} --since ${since}`, { now });
          expect([code, out]).toEqual([2, '']);
          const unit =
            '1, which has no unit. Write 1s for seconds, 1m for minutes, 1h for hours or 1d for days';
          const other = `${JSON.stringify(since)}. Write how long ago, with its unit: 30m, 1h, 7d`;
          expect(errors).toBe(
            `error: --since ${since === '1' ? `is ${unit}` : `cannot be ${other}`}.\n`,
          );
        }
      },
    );

    test('of a time before all counts shows all of them', async () => {
      await ask(testStore, { ago: 0, hits: 1, misses: 1 });
      const [found] = await testStore.json(`stats --since ${'9'.repeat(40)}d`, { now });
      expect(found).toMatchObject({ requests: 2, since: '1970-01-01T00:00:00.000Z' });
    });
  });

  describe('reset', () => {
    test('sets the counts to 0, and the entries stay', async () => {
      await put(testStore, 'the sea');
      await ask(testStore, { ago: 0, hits: 3, misses: 4 });
      expect(await testStore.run('reset --yes', { now })).toEqual({
        code: 0,
        out: `The counts of the namespace ${testStore.namespace} are 0. Its entries stay.\n`,
        errors: '',
      });
      expect(await testStore.json('stats', { now })).toMatchObject([{ processes: 0, requests: 0 }]);
      expect(await testStore.json('stats --since 1h', { now })).toMatchObject([{ requests: 0 }]);
      expect(await testStore.json('list', { now })).toHaveLength(2);
      await ask(testStore, { ago: 0, hits: 2, misses: 0 });
      expect(await testStore.json('stats', { now })).toMatchObject([{ processes: 1, requests: 2 }]);
    });

    test('leaves the counts of other namespaces', async () => {
      const other = testStores.next(kind);
      await ask(other, { ago: 0, hits: 1, misses: 0 });
      await ask(testStore, { ago: 0, hits: 1, misses: 0 });
      await testStore.run('reset --yes', { now });
      expect(await other.json('stats', { now })).toMatchObject([{ requests: 1 }]);
    });

    test('refuses without --yes where there is no terminal', async () => {
      await ask(testStore, { ago: 0, hits: 1, misses: 0 });
      const { code, errors } = await testStore.run('reset', { now });
      expect([code, errors]).toEqual([
        2,
        expect.stringMatching(
          /^error: Set all counts of the namespace .* to 0\? Add --yes to confirm\.\n$/,
        ),
      ]);
      expect(await testStore.json('stats', { now })).toMatchObject([{ requests: 1 }]);
    });

    test('works on a store that was never counted in, and on an encrypted one', async () => {
      const secret = 'a secret of thirty-two characters!';
      await testStore.use((cache) => cache.set(question('a'), 'b'), { now, secret, ledger: false });
      expect(await testStore.run('reset --yes', { now })).toMatchObject({ code: 0 });
      expect(await testStore.run('health --min-hit-rate 50%', { now })).toMatchObject({ code: 0 });
      expect(await testStore.json('stats --since 1h', { now })).toMatchObject([{ processes: 0 }]);
    });
  });

  test('clear --stats removes the entries and sets the counts to 0', async () => {
    await ask(testStore, { ago: 0, hits: 3, misses: 4 });
    await testStore.run('clear --yes', { now });
    expect(await testStore.json('stats', { now })).toMatchObject([{ requests: 7 }]);
    expect(await testStore.json('clear --stats --yes', { now })).toMatchObject([{ stats: true }]);
    expect(await testStore.json('stats', { now })).toMatchObject([{ requests: 0 }]);
    expect(await testStore.json('list', { now })).toEqual([]);
  });
});
