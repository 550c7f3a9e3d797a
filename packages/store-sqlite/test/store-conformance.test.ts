import { sqliteStore } from '@cached-llm/store-sqlite';
import { storeConformance, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Keyv } from 'keyv';
import { withDriver } from './chosen-driver.ts';

const runner = { describe, test, expect, beforeEach, afterEach };
const capabilities = {
  errorEvents: true,
  expiry: true,
  getMany: true,
  atomic: true,
  leases: true,
  scan: true,
  sweep: true,
};

storeConformance(runner, {
  name: 'A SQLite file',
  async open() {
    const folder = await temporaryFolder();
    const path = `${folder.path}/cache.db`;
    const first = sqliteStore(withDriver(path));
    const stores = [first];
    return {
      store: first,
      async another() {
        const next = sqliteStore(withDriver(path));
        stores.push(next);
        return next;
      },
      async close() {
        await Promise.all(stores.map((store) => store.disconnect()));
        await folder.remove();
      },
    };
  },
  capabilities: { ...capabilities, shared: true },
});

storeConformance(runner, {
  name: 'SQLite in memory',
  async open() {
    const store = sqliteStore(withDriver(':memory:'));
    return { store, close: () => store.disconnect() };
  },
  capabilities,
});

// The stores here build on it, and users may bring it, so it must pass the same suite.
storeConformance(runner, {
  name: 'A Keyv over a Map',
  open: async () => ({ store: new Keyv(), close: async () => {} }),
  capabilities: { errorEvents: true, expiry: true, getMany: true },
});
