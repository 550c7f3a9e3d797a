import type { StoreCase } from './store-case.ts';

const VALUES = [
  '',
  ' ',
  '0',
  'null',
  'undefined',
  '{}',
  '""',
  'plain',
  'Grüße, 世界, здравствуй',
  '🦊👩‍👩‍👧',
  'first line\nsecond line\r\n\ttabbed',
  ':leading colon',
  '{leading brace',
  '[1, 2',
  '999999999999999 digits first',
  '\\ and "quotes" and \'quotes\'',
];

export const valueCases: readonly StoreCase[] = [
  {
    name: 'an absent key is undefined',
    async run({ store, expect }) {
      expect(await store.get('absent')).toEqual(undefined);
    },
  },
  {
    name: 'a text is read as it was written',
    async run({ store, expect }) {
      for (const value of VALUES) {
        await store.set('key', value);
        expect(await store.get('key')).toEqual(value);
      }
    },
  },
  {
    name: 'a text of 200 KB is read whole',
    async run({ store, expect }) {
      const value = 'ä🦊x'.repeat(25_000);
      await store.set('long', value);
      expect((await store.get('long')) === value).toEqual(true);
    },
  },
  {
    name: 'a second set replaces the first',
    async run({ store, expect }) {
      await store.set('key', 'a longer first value');
      await store.set('key', 'second');
      expect(await store.get('key')).toEqual('second');
    },
  },
  {
    name: 'a deleted row is gone, and no other is',
    async run({ store, expect }) {
      await store.set('one', '1');
      await store.set('two', '2');
      await store.delete('one');
      expect([await store.get('one'), await store.get('two')]).toEqual([undefined, '2']);
    },
  },
  {
    name: 'an absent key may be deleted',
    async run({ store, expect }) {
      await store.delete('absent');
      expect(await store.get('absent')).toEqual(undefined);
    },
  },
  {
    name: 'getMany gives values in the order of its keys, with gaps and duplicates',
    needs: ['getMany'],
    async run({ store, expect }) {
      await store.set('one', '1');
      await store.set('two', '2');
      const values = await store.getMany?.(['two', 'absent', 'one', 'two']);
      expect(values).toEqual(['2', undefined, '1', '2']);
      expect(await store.getMany?.([])).toEqual([]);
    },
  },
  {
    name: "an 'error' listener can be attached",
    needs: ['errorEvents'],
    async run({ store, expect }) {
      store.on?.('error', () => {});
      expect(await store.get('absent')).toEqual(undefined);
    },
  },
];
