import type { AtomicRows } from '@cached-llm/core/store';
import { pause } from '@cached-llm/core/store';
import { LONG, SHORT, type StoreCase, type TestedStore } from './store-case.ts';

function atomicOf({ atomic }: TestedStore): AtomicRows {
  if (atomic === undefined) throw new Error("The store claims 'atomic', but has no `atomic`.");
  return atomic;
}

const row = (key: string, value: string, ttl?: number) => ({ key, value, ttl });

export const atomicCases: readonly StoreCase[] = [
  {
    name: 'rows are added where there are none, and what is stored is returned',
    needs: ['atomic'],
    async run({ store, expect }) {
      const atomic = atomicOf(store);
      await store.set('one', 'first');
      const rows = [row('one', 'second'), row('two', 'second', LONG)];
      expect(await atomic.add(rows)).toEqual(['first', 'second']);
      expect([await store.get('one'), await store.get('two')]).toEqual(['first', 'second']);
    },
  },
  {
    name: 'a row that has expired does not prevent another one from being added',
    needs: ['atomic', 'expiry'],
    async run({ store, expect }) {
      const atomic = atomicOf(store);
      expect(await atomic.add([row('key', 'first', SHORT)])).toEqual(['first']);
      await pause(2 * SHORT);
      expect(await atomic.add([row('key', 'second', LONG)])).toEqual(['second']);
      expect(await store.get('key')).toEqual('second');
    },
  },
  {
    name: 'a row is replaced only where it has the expected value',
    needs: ['atomic'],
    async run({ store, expect }) {
      const atomic = atomicOf(store);
      await store.set('key', 'first');
      expect(await atomic.replace(row('key', 'second'), 'other')).toEqual(false);
      expect(await atomic.replace(row('absent', 'second'), 'first')).toEqual(false);
      expect(await store.get('key')).toEqual('first');
      expect(await atomic.replace(row('key', 'second', LONG), 'first')).toEqual(true);
      expect([await store.get('key'), await store.get('absent')]).toEqual(['second', undefined]);
    },
  },
  {
    name: 'one of many who add or replace at once, in two stores on one place, is the first',
    needs: ['atomic', 'shared'],
    async run({ store, another, expect }) {
      const both = [atomicOf(store), atomicOf(await another())];
      const values = Array.from({ length: 40 }, (_, number) => `value ${number}`);
      const added = await Promise.all(
        values.map((value, number) => both[number % 2]?.add([row('key', value)])),
      );
      const stored = await store.get('key');
      expect(added).toEqual(values.map(() => [stored]));
      const replaced = await Promise.all(
        values.map((value, number) => {
          return both[number % 2]?.replace(row('key', `next ${value}`), String(stored));
        }),
      );
      expect(replaced.filter((isReplaced) => isReplaced)).toEqual([true]);
      expect(await store.get('key')).toEqual(`next ${values[replaced.indexOf(true)]}`);
    },
  },
];
