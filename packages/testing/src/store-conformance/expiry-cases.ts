import { pause } from '@cached-llm/core/store';
import { until } from '../test-environment/index.ts';
import { LONG, SHORT, type StoreCase, type TestedStore } from './store-case.ts';

const gone = (store: TestedStore, key: string) =>
  until(`The row of ${key} is gone`, async () => (await store.get(key)) === undefined);

export const expiryCases: readonly StoreCase[] = [
  {
    name: 'a row is gone after its ttl, and not before',
    needs: ['expiry'],
    async run({ store, expect }) {
      await store.set('long', 'stays', LONG);
      await store.set('short', 'goes', SHORT);
      await gone(store, 'short');
      expect(await store.get('long')).toEqual('stays');
    },
  },
  {
    name: 'getMany leaves out rows that have expired',
    needs: ['expiry', 'getMany'],
    async run({ store, expect }) {
      await store.set('long', 'stays', LONG);
      await store.set('short', 'goes', SHORT);
      await gone(store, 'short');
      expect(await store.getMany?.(['short', 'long'])).toEqual([undefined, 'stays']);
    },
  },
  {
    name: 'a row without a ttl stays, even if an earlier row of its key had a ttl',
    needs: ['expiry'],
    async run({ store, expect }) {
      await store.set('key', 'first', SHORT);
      await store.set('key', 'second');
      await pause(2 * SHORT);
      expect(await store.get('key')).toEqual('second');
    },
  },
  {
    name: 'a key that has expired can be written again',
    needs: ['expiry'],
    async run({ store, expect }) {
      await store.set('key', 'first', SHORT);
      await gone(store, 'key');
      await store.set('key', 'second', LONG);
      expect(await store.get('key')).toEqual('second');
    },
  },
  {
    name: 'a row with a fractional or a huge ttl is not lost',
    async run({ store, expect }) {
      for (const ttl of [LONG + 0.5, 2 ** 31, 1e15, Number.MAX_SAFE_INTEGER]) {
        await store.set(`for ${ttl}`, 'stored', ttl);
        expect(await store.get(`for ${ttl}`)).toEqual('stored');
      }
    },
  },
  {
    name: 'sweeping removes expired rows and no others',
    needs: ['sweep'],
    async run({ store, expect }) {
      await store.set('for ever', '1');
      await store.set('long', '2', LONG);
      await store.set('short', '3', SHORT);
      await pause(2 * SHORT);
      const swept = (await store.sweep?.()) ?? 0;
      expect([swept <= 1, await store.sweep?.()]).toEqual([true, 0]);
      expect([await store.get('for ever'), await store.get('long')]).toEqual(['1', '2']);
    },
  },
];
