import { setTimeout as delay } from 'node:timers/promises';
import type { Leases } from '@cached-llm/core';
import type { StoreCase, TestedStore } from './store-case.ts';

/** Milliseconds of a lease that a test can wait for. */
const SHORT = 20;
const LONG = 60_000;
const PATIENCE = 5_000;

function leasesOf({ leases }: TestedStore): Leases {
  if (leases === undefined) throw new Error("The store claims 'leases', but has none.");
  return leases;
}

/** Whoever waits for a lease asks again and again. */
async function takeSoon(leases: Leases, key: string, token: string): Promise<string> {
  const deadline = performance.now() + PATIENCE;
  let holder = await leases.take(key, token, LONG);
  while (holder !== token && performance.now() < deadline) {
    await delay(5);
    holder = await leases.take(key, token, LONG);
  }
  return holder;
}

export const leaseCases: readonly StoreCase[] = [
  {
    name: 'a lease is held against others, who are told by whom',
    needs: ['leases'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      expect(await leases.take('key', 'first', LONG)).toEqual('first');
      expect(await leases.take('key', 'second', LONG)).toEqual('first');
      expect(await leases.take('other', 'second', LONG)).toEqual('second');
    },
  },
  {
    name: 'a lease ends by itself, and whoever asks next has it',
    needs: ['leases'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      await leases.take('key', 'killed', SHORT);
      expect(await takeSoon(leases, 'key', 'next')).toEqual('next');
      expect(await leases.take('key', 'killed', LONG)).toEqual('next');
    },
  },
  {
    name: 'a lease is prolonged by its holder, and not by one who asks in vain',
    needs: ['leases'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      await leases.take('prolonged', 'first', SHORT);
      expect(await leases.take('prolonged', 'first', LONG)).toEqual('first');
      await leases.take('not prolonged', 'first', SHORT);
      await leases.take('not prolonged', 'second', LONG);
      await delay(2 * SHORT);
      expect(await leases.take('prolonged', 'second', LONG)).toEqual('first');
      expect(await leases.take('not prolonged', 'third', LONG)).toEqual('third');
    },
  },
  {
    name: 'a lease is given up by its holder only',
    needs: ['leases'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      await leases.take('key', 'first', LONG);
      await leases.release('key', 'second');
      await leases.release('absent', 'first');
      expect(await leases.take('key', 'second', LONG)).toEqual('first');
      await leases.release('key', 'first');
      expect(await leases.take('key', 'second', LONG)).toEqual('second');
    },
  },
  {
    name: 'a lease is no row, and a row under its key is none of its business',
    needs: ['leases', 'scan'],
    async run({ store, expect }) {
      const leases = leasesOf(store);
      await leases.take('a:key', 'first', LONG);
      expect(await store.get('a:key')).toEqual(undefined);
      for await (const { key } of store.scan?.('a:') ?? []) expect(key).toEqual('none');
      await store.set('a:key', 'value');
      expect(await leases.take('a:key', 'second', LONG)).toEqual('first');
      await store.delete('a:key');
      expect(await leases.take('a:key', 'second', LONG)).toEqual('first');
    },
  },
  {
    name: 'of many who ask at once, in two stores on one place, one has the lease',
    needs: ['leases', 'shared'],
    async run({ store, another, expect }) {
      const both = [leasesOf(store), leasesOf(await another())];
      const tokens = Array.from({ length: 40 }, (_, number) => `token ${number}`);
      const asked = tokens.flatMap((token, number) => both[number % 2]?.take('key', token, LONG));
      const [holder, ...others] = await Promise.all(asked);
      expect(tokens.includes(String(holder))).toEqual(true);
      expect(others.every((other) => other === holder)).toEqual(true);
    },
  },
];
