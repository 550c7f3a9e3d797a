import type { Leases } from '@cached-llm/core/store';
import { pause } from '@cached-llm/core/store';
import { until } from '../test-environment/index.ts';
import { LONG, SHORT, type StoreCase, type TestedStore } from './store-case.ts';

function leasesOf({ leases }: TestedStore): Leases {
  if (leases === undefined) throw new Error("The store claims 'leases', but has none.");
  return leases;
}

export const leaseCases: readonly StoreCase[] = [
  {
    name: 'a lease is held against others, who learn its holder',
    needs: ['leases'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      expect(await leases.take(['key'], 'first', LONG)).toEqual(['first']);
      expect(await leases.take(['key'], 'second', LONG)).toEqual(['first']);
      expect(await leases.take(['other'], 'second', LONG)).toEqual(['second']);
    },
  },
  {
    name: 'a lease ends by itself, and the next one who asks gets it',
    needs: ['leases'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      await leases.take(['key'], 'killed', SHORT);
      await until('The lease has ended', async () => {
        return (await leases.take(['key'], 'next', LONG))[0] === 'next';
      });
      expect(await leases.take(['key'], 'killed', LONG)).toEqual(['next']);
    },
  },
  {
    name: 'its holder prolongs a lease, and others who ask for it do not',
    needs: ['leases'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      await leases.take(['prolonged'], 'first', SHORT);
      expect(await leases.take(['prolonged'], 'first', LONG)).toEqual(['first']);
      await leases.take(['not prolonged'], 'first', SHORT);
      await leases.take(['not prolonged'], 'second', LONG);
      await pause(2 * SHORT);
      expect(await leases.take(['prolonged'], 'second', LONG)).toEqual(['first']);
      expect(await leases.take(['not prolonged'], 'third', LONG)).toEqual(['third']);
    },
  },
  {
    name: 'only its holder can release a lease',
    needs: ['leases'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      await leases.take(['key'], 'first', LONG);
      await leases.release(['key'], 'second');
      await leases.release(['absent'], 'first');
      expect(await leases.take(['key'], 'second', LONG)).toEqual(['first']);
      await leases.release(['key'], 'first');
      expect(await leases.take(['key'], 'second', LONG)).toEqual(['second']);
    },
  },
  {
    name: 'a lease is not a row, and does not depend on a row with its key',
    needs: ['leases', 'scan'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      await leases.take(['a:key'], 'first', LONG);
      expect(await store.get('a:key')).toEqual(undefined);
      for await (const { key } of store.scan?.('a:') ?? []) expect(key).toEqual('none');
      await store.set('a:key', 'value');
      expect(await leases.take(['a:key'], 'second', LONG)).toEqual(['first']);
      await store.delete('a:key');
      expect(await leases.take(['a:key'], 'second', LONG)).toEqual(['first']);
    },
  },
  {
    name: 'one of many who ask at once, in two stores on one place, gets the lease',
    needs: ['leases', 'shared'],
    async run({ store, another, expect }) {
      const both = [leasesOf(store), leasesOf(await another())];
      const tokens = Array.from({ length: 40 }, (_, number) => `token ${number}`);
      const asked = tokens.flatMap((token, number) => both[number % 2]?.take(['key'], token, LONG));
      const [holder, ...others] = (await Promise.all(asked)).flat();
      expect(tokens.includes(String(holder))).toEqual(true);
      expect(others.every((other) => other === holder)).toEqual(true);
    },
  },
];
