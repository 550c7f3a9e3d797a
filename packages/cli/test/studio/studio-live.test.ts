import type { LiveCall } from '@cached-llm/core/store';
import { until } from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAsking } from '../page/asking.ts';
import { asking } from '../page/seed.ts';
import { KINDS, type TestStore, TestStores } from '../test-stores.ts';
import { ask, buildPage, type ServedPage, servePage } from './studio-server.ts';

let testStores: TestStores;
beforeAll(async () => {
  buildPage();
  testStores = await TestStores.open();
});
afterAll(() => testStores.close());

const isEnded = ({ result, saved }: LiveCall) => result !== undefined || saved !== undefined;

describe.each(KINDS)('the live calls of a store on %s', (kind) => {
  let testStore: TestStore;
  let page: ServedPage;
  beforeEach(async () => {
    testStore = testStores.next(kind);
    await testStore.use(async () => {}); // the page opens no file that is not there
    await testStore.useStore(async (store) => {
      await store.set('made', 'by a test');
    });
    page = await servePage(testStore, '--read-only');
  });
  afterEach(async () => {
    expect(await page.end()).toBe(0);
  });

  const get = async (path: string) => {
    const { status, body } = await ask(`${page.origin}${path}`, {
      headers: { cookie: page.cookie },
    });
    return { status, body, fact: JSON.parse(body) };
  };

  /** Waits until so many calls have ended after a change. */
  async function endedCalls(count: number, after = 0) {
    const path = `/api/live?after=${after}`;
    await until('the calls are written', async () => {
      return (await get(path)).fact.calls.filter(isEnded).length >= count;
    });
    return get(path);
  }

  test('are those of two processes, while they run, in a page that only shows', async () => {
    const [one, other] = [startAsking(testStore), startAsking(testStore)];
    expect([await one.ask('the sea'), await other.ask('the sea')]).toEqual(['miss', 'hit']);
    const { fact, body } = await endedCalls(2);
    const [miss, hit] = fact.calls;
    expect(miss).toMatchObject({ outcome: 'miss', provider: 'openai', model: 'gpt-4o' });
    expect(miss).toMatchObject({ result: 'stored', spent: { input: 120, output: 80 } });
    expect(hit).toMatchObject({ outcome: 'hit', key: miss.key, saved: { input: 120, output: 80 } });
    expect(hit.saved.usd).toBeGreaterThan(0);
    expect(new Set([miss.pid, hit.pid]).size).toBe(2);
    expect(fact).toMatchObject({ processes: 2, unseen: 0 });
    expect(body).not.toMatch(/the sea|About/);
    expect(await other.ask('the moon')).toBe('miss');
    const later = (await endedCalls(1, fact.last)).fact;
    expect(later.calls.map(({ pid }: LiveCall) => pid)).toEqual([hit.pid]);
    expect((await get(`/api/live?after=${later.last}`)).fact.calls).toEqual([]);
    expect([await one.end(), await other.end()]).toEqual([0, 0]);
    const [stats] = await testStore.json('stats --since 1h');
    const { counted } = (await get('/api/live?counts=true')).fact;
    const { requests, hits, stale, collapsed, misses, bypasses } = stats;
    expect(counted).toEqual({
      ...{ processes: 2, requests, hits, stale, collapsed, misses, bypasses },
    });
  });

  test('are none where no process has live, and then there are counts', async () => {
    await testStore.use((cache) => asking(cache).withInfo({ model: 'gpt-4o', content: 'the sea' }));
    const { fact } = await get('/api/live?counts=true');
    expect(fact).toMatchObject({ processes: 0, calls: [], counted: { misses: 1, requests: 1 } });
  });

  test('say of a miss what is nearest among older entries, and not the request', async () => {
    const process = startAsking(testStore);
    await process.ask('the sea');
    await process.ask('the moon');
    await process.end();
    const [first, second] = (await endedCalls(2)).fact.calls;
    const of = async (key: string) => get(`/api/miss?key=${encodeURIComponent(key)}`);
    const { fact, body } = await of(second.key);
    expect(fact).toMatchObject({ state: 'fresh', isExplained: true, searched: 1 });
    expect(fact.nearest.key).toBe(first.key);
    expect(fact.nearest.differing.join()).toContain('content');
    expect(body).not.toMatch(/the sea|the moon/);
    expect((await of(first.key)).fact).toMatchObject({ state: 'fresh', searched: 0 });
    const other = `${first.key.slice(0, -3)}xyz`;
    expect((await of(other)).fact).toMatchObject({ state: 'absent', isExplained: false });
    expect((await get('/api/miss')).status).toBe(400);
  });

  test.each(['-1', 'x'])('refuses a change that is no number: %s', async (after) => {
    expect((await get(`/api/live?after=${after}`)).status).toBe(400);
  });
});
