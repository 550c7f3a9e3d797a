import type { Store } from '@cached-llm/core/store';
import type { AdapterCase } from './trial.ts';

/** How long a call waits for a store that never answers, in milliseconds. */
const SHORT = 10;

function storeThat(operate: () => unknown): Store {
  return { get: operate, set: operate, delete: operate };
}

const STORES: Readonly<Record<string, Store>> = {
  'rejects everything': storeThat(() => Promise.reject(new Error('The store is down.'))),
  throws: storeThat(() => {
    throw new Error('The store is down.');
  }),
  'never answers': storeThat(() => new Promise(() => {})),
  'holds rows that are not entries': storeThat(() => 'not an entry'),
};

export const storeFaultCases = Object.entries(STORES).map(
  ([name, store]): AdapterCase => ({
    name: `succeeds with one request when the store ${name}`,
    async run(trial) {
      const live = await (await trial.session()).call();
      const session = await trial.session({ store, storeTimeout: SHORT });
      trial.expectSame(live, await session.call());
      trial.expectCount(2);
    },
  }),
);
