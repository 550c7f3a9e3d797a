import type { StoreCase } from './store-case.ts';

/** Some pattern, collation, separator or quoting would mistake each of them for another. */
const KEYS = [
  'a',
  'A',
  'a_b',
  'aXb',
  'a%b',
  '%',
  'a*',
  'a?',
  'a[b]',
  'a\\b',
  ':',
  'a:b:c',
  'a::b',
  '{a}b',
  ' ',
  'a b',
  "it's",
  '"quoted"',
  "'); DROP TABLE cached_llm; --",
  '__proto__',
  'constructor',
  'é',
  'e\u0301',
  'ключ',
  '鍵',
  '🔑',
  'k'.repeat(200),
];

export const keyCases: readonly StoreCase[] = [
  {
    name: 'each key has a value of its own, whatever its characters are',
    async run({ store, expect }) {
      for (const key of KEYS) await store.set(key, `value of ${key}`);
      for (const key of KEYS) expect(await store.get(key)).toEqual(`value of ${key}`);
    },
  },
  {
    name: 'getMany returns the value of each key, whatever its characters are',
    needs: ['getMany'],
    async run({ store, expect }) {
      for (const key of KEYS) await store.set(key, `value of ${key}`);
      expect(await store.getMany?.([...KEYS])).toEqual(KEYS.map((key) => `value of ${key}`));
    },
  },
  {
    name: 'deleting a key deletes no key that it would match as a pattern',
    async run({ store, expect }) {
      for (const key of KEYS) await store.set(key, key);
      for (const key of ['%', 'a_b', 'a*', 'a?', 'a[b]']) await store.delete(key);
      const left = await Promise.all(['a', 'aXb', 'a%b', 'a b'].map((key) => store.get(key)));
      expect(left).toEqual(['a', 'aXb', 'a%b', 'a b']);
    },
  },
  {
    name: 'two stores on one place see the same rows',
    needs: ['shared'],
    async run({ store, another, expect }) {
      const second = await another();
      await store.set('key', 'from the first');
      expect(await second.get('key')).toEqual('from the first');
      await second.delete('key');
      expect(await store.get('key')).toEqual(undefined);
    },
  },
  {
    name: 'two stores on one place do not delete rows of a similar prefix',
    needs: ['shared'],
    async run({ store, another, expect }) {
      const second = await another();
      const prefixes = ['a_b:', 'aXb:', '%:', 'a*:', 'abc:'];
      for (const prefix of prefixes) await store.set(`${prefix}1`, prefix);
      for (const prefix of ['a_b:', '%:', 'a*:']) await second.delete(`${prefix}1`);
      const left = await Promise.all(prefixes.map((prefix) => store.get(`${prefix}1`)));
      expect(left).toEqual([undefined, 'aXb:', undefined, undefined, 'abc:']);
    },
  },
];
