import { type CacheEvents, control } from '@cached-llm/core';
import { isControlHeader } from '@cached-llm/core/adapter';
import { ObservedStore } from './observed-store.ts';
import type { AdapterCase, Trial } from './trial.ts';

type Bypassed = CacheEvents['bypass'];

/** The headers for the cache that reached the provider. */
function leaked<Request>({ wire }: Trial<Request>): string[] {
  return wire.requests.flatMap(({ headers }) => Object.keys(headers).filter(isControlHeader));
}

/** Headers by which no call can be controlled. */
const UNREADABLE = { 'x-cached-llm-ttl': 'soon', 'x-cached-llm-wish': 'all' };

export const controlCases: readonly AdapterCase[] = [
  {
    name: 'obeys the headers of control(), which reach no provider',
    needs: ['headers'],
    async run(trial) {
      const store = new ObservedStore();
      const plain = await trial.session({ store });
      await plain.call();
      for (const [mode, requests, rows] of [
        ['refresh', 2, 1],
        ['off', 3, 1],
        ['read-only', 3, 1],
      ] as const) {
        const session = await trial.session({ store, headers: control({ mode }) });
        await session.call();
        await session.flush();
        trial.expect([mode, trial.count, store.entries]).toEqual([mode, requests, rows]);
      }
      trial.expect(leaked(trial)).toEqual([]);
    },
  },
  {
    name: 'keeps the answers of a scope in the headers of control() apart',
    needs: ['headers'],
    async run(trial) {
      const store = new ObservedStore();
      for (const scope of ['tenant-é', 'tenant-b', 'tenant-é']) {
        const session = await trial.session({ store, headers: control({ scope, tags: ['a,b'] }) });
        await session.call();
        await session.flush();
      }
      trial.expectCount(2);
      trial.expect(leaked(trial)).toEqual([]);
    },
  },
  {
    name: 'bypasses the cache with one event for a header for the cache that cannot be read',
    needs: ['headers'],
    async run(trial) {
      for (const [name, value] of Object.entries(UNREADABLE)) {
        const session = await trial.session({ headers: { [name]: value } });
        await session.call();
        trial.expect(session.log.story).toEqual(['bypass']);
        const [{ reason, field }] = session.log.events as [Bypassed]; // the story says so
        trial.expect({ reason, field }).toEqual({ reason: 'control', field: `headers.${name}` });
      }
      trial.expect(leaked(trial)).toEqual([]);
    },
  },
];
