import { setTimeout as delay } from 'node:timers/promises';
import type { StoreCase, TestedStore } from './store-case.ts';

/** Milliseconds of a life that a test can wait for. */
const SHORT = 20;
const LONG = 60_000;
const PATIENCE = 20_000;

async function isGoneSoon(store: TestedStore, key: string): Promise<boolean> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    if ((await store.get(key)) === undefined) return true;
    await delay(5);
  }
  return false;
}

export const expiryCases: readonly StoreCase[] = [
  {
    name: 'a row is gone after its ttl, and stays before',
    needs: ['expiry'],
    async run({ store, expect }) {
      await store.set('long', 'stays', LONG);
      await store.set('short', 'goes', SHORT);
      expect(await isGoneSoon(store, 'short')).toEqual(true);
      expect(await store.get('long')).toEqual('stays');
    },
  },
  {
    name: 'getMany leaves out what has expired',
    needs: ['expiry', 'getMany'],
    async run({ store, expect }) {
      await store.set('long', 'stays', LONG);
      await store.set('short', 'goes', SHORT);
      await isGoneSoon(store, 'short');
      expect(await store.getMany?.(['short', 'long'])).toEqual([undefined, 'stays']);
    },
  },
  {
    name: 'a row without a ttl stays, also where an earlier one had a ttl',
    needs: ['expiry'],
    async run({ store, expect }) {
      await store.set('key', 'first', SHORT);
      await store.set('key', 'second');
      await delay(2 * SHORT);
      expect(await store.get('key')).toEqual('second');
    },
  },
  {
    name: 'a key that has expired can be written again',
    needs: ['expiry'],
    async run({ store, expect }) {
      await store.set('key', 'first', SHORT);
      await isGoneSoon(store, 'key');
      await store.set('key', 'second', LONG);
      expect(await store.get('key')).toEqual('second');
    },
  },
  {
    name: 'a ttl that is fractional or huge loses no row',
    async run({ store, expect }) {
      for (const ttl of [LONG + 0.5, 2 ** 31, 1e15, Number.MAX_SAFE_INTEGER]) {
        await store.set(`for ${ttl}`, 'kept', ttl);
        expect(await store.get(`for ${ttl}`)).toEqual('kept');
      }
    },
  },
  {
    name: 'sweeping removes what has expired and nothing else',
    needs: ['sweep'],
    async run({ store, expect }) {
      await store.set('for ever', '1');
      await store.set('long', '2', LONG);
      await store.set('short', '3', SHORT);
      await delay(2 * SHORT);
      const swept = (await store.sweep?.()) ?? 0;
      expect([swept <= 1, await store.sweep?.()]).toEqual([true, 0]);
      expect([await store.get('for ever'), await store.get('long')]).toEqual(['1', '2']);
    },
  },
];
