import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { MemoryStore } from '@cached-llm/core/store';
import { until } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { watchHealth } from '../../src/observe/health.ts';

/** A store that fails for as long as it is out. */
class StoreWithOutage extends MemoryStore {
  isOut = false;

  override get(key: string): string | undefined {
    if (this.isOut) throw new Error('The store is out.');
    return super.get(key);
  }
}

test('A store that is out is said, and the proxy stays well', async () => {
  const store = new StoreWithOutage();
  const cache = createLlmCache({ store });
  const health = watchHealth(cache);
  const ask = cachedLlmCall(async (prompt: string) => ({ text: prompt }), { cache, provider: 'p' });
  await ask('first');
  expect(health.read(false)).toEqual({ status: 200, body: { status: 'ok', store: 'ok' } });
  store.isOut = true;
  await until('The breaker is open', async () => {
    await ask(String(performance.now()));
    return health.read(false).body.store === 'unavailable';
  });
  expect(health.read(false).status).toBe(200);
  store.isOut = false;
  await until('The breaker is closed', async () => {
    await ask(String(performance.now()));
    return health.read(false).body.store === 'ok';
  });
  health.stop();
  await cache.close();
});

test('A proxy that is closing says so to a load balancer', () => {
  const cache = createLlmCache();
  const health = watchHealth(cache);
  expect(health.read(true)).toEqual({ status: 503, body: { status: 'closing', store: 'ok' } });
  health.stop();
});
