import type { StoredRow } from '@cached-llm/core/store';
import { pause } from '@cached-llm/core/store';
import { SHORT, type StoreCase, type TestedStore } from './store-case.ts';

function scan(store: TestedStore, prefix: string): AsyncIterable<StoredRow> {
  if (store.scan === undefined) throw new Error("The store claims 'scan', but has no such method.");
  return store.scan(prefix);
}

/** By key: a store may yield a row twice while it grows or shrinks, as Redis does. */
async function rowsOf(store: TestedStore, prefix: string): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for await (const { key, value } of scan(store, prefix)) rows[key] = value;
  return rows;
}

function rows(prefix: string, count: number): Record<string, string> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  return Object.fromEntries(numbers.map((number) => [`${prefix}${number}`, `value ${number}`]));
}

async function fill(store: TestedStore, content: Record<string, string>, ttl?: number) {
  await Promise.all(Object.entries(content).map(([key, value]) => store.set(key, value, ttl)));
}

export const scanCases: readonly StoreCase[] = [
  {
    name: 'a scan yields the rows of its prefix and of no similar one',
    needs: ['scan'],
    async run({ store, expect }) {
      const prefixes = 'a_b: aXb: A_B: %: a*: a?: a[x]: ax: a\\: 🔑: é:'.split(' ');
      for (const prefix of prefixes) await fill(store, rows(prefix, 3));
      for (const prefix of prefixes) expect(await rowsOf(store, prefix)).toEqual(rows(prefix, 3));
      expect(await rowsOf(store, 'absent:')).toEqual({});
      expect(Object.keys(await rowsOf(store, '')).length).toEqual(3 * prefixes.length);
    },
  },
  {
    name: 'a scan yields each of 3000 rows',
    needs: ['scan'],
    async run({ store, expect }) {
      await fill(store, rows('a:', 3000));
      await fill(store, rows('b:', 10));
      expect(await rowsOf(store, 'a:')).toEqual(rows('a:', 3000));
    },
  },
  {
    name: 'a scan misses no row while rows are deleted',
    needs: ['scan'],
    async run({ store, expect }) {
      await fill(store, { ...rows('a:long:', 300), ...rows('a:deleted:', 300) });
      const seen: string[] = [];
      for await (const { key } of scan(store, 'a:')) {
        if (key.startsWith('a:deleted:')) await store.delete(key);
        else seen.push(key);
      }
      expect([...new Set(seen)].sort()).toEqual(Object.keys(rows('a:long:', 300)).sort());
      expect(await rowsOf(store, 'a:deleted:')).toEqual({});
    },
  },
  {
    name: 'a scan misses no row while rows expire, and yields no expired row',
    needs: ['scan'],
    async run({ store, expect }) {
      await fill(store, rows('a:long:', 300));
      await fill(store, rows('a:short:', 300), SHORT);
      const during = await rowsOf(store, 'a:');
      await pause(2 * SHORT);
      expect(during).toEqual({ ...during, ...rows('a:long:', 300) });
      expect(await rowsOf(store, 'a:')).toEqual(rows('a:long:', 300));
    },
  },
  {
    name: 'a scan may be ended early',
    needs: ['scan'],
    async run({ store, expect }) {
      await fill(store, rows('a:', 300));
      for await (const row of scan(store, 'a:')) if (row.value !== '') break;
      expect(await store.get('a:299')).toEqual('value 299');
    },
  },
];
