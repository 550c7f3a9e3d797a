import { type RedisStore, type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import {
  type OpenedStore,
  type RedisCluster,
  type RedisServer,
  startRedis,
  startRedisCluster,
  storeConformance,
} from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

let server: RedisServer;
let cluster: RedisCluster;

beforeAll(async () => {
  server = await startRedis();
  cluster = await startRedisCluster();
});

afterAll(() => Promise.all([server.stop(), cluster.stop()]));

/** Empties the servers, and opens a store and as many more as the test wants. */
async function open(servers: readonly RedisServer[], options: RedisStoreOptions) {
  await Promise.all(servers.map((each) => each.command('FLUSHALL')));
  const stores: RedisStore[] = [];
  const next = (): RedisStore => {
    const store = redisStore({ connectTimeout: 30_000, ...options });
    stores.push(store);
    return store;
  };
  const opened: OpenedStore = {
    store: next(),
    another: async () => next(),
    async close() {
      await Promise.all(stores.map((store) => store.disconnect()));
    },
  };
  return opened;
}

const runner = { describe, test, expect, beforeEach, afterEach };
const capabilities = {
  errorEvents: true,
  expiry: true,
  getMany: true,
  atomic: true,
  leases: true,
  scan: true,
  shared: true,
};

storeConformance(runner, {
  name: 'Redis',
  open: () => open([server], { url: server.url }),
  capabilities,
});

storeConformance(runner, {
  name: 'Redis Cluster',
  open: () => open(cluster.masters, { cluster: cluster.urls }),
  capabilities,
});
