import { redisStore } from '@cached-llm/store-redis';
import { type RedisServer, startRedis, storeConformance } from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient } from '@keyv/redis';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

async function empty(): Promise<void> {
  const client = await createClient({ url: server.url }).connect();
  await client.flushAll();
  client.destroy();
}

storeConformance(
  { describe, test, expect, beforeEach, afterEach },
  {
    name: 'Redis',
    async open() {
      await empty();
      const first = redisStore(server.url);
      const stores = [first];
      return {
        store: first,
        async another() {
          const next = redisStore(server.url);
          stores.push(next);
          return next;
        },
        async close() {
          await Promise.all(stores.map((store) => store.disconnect()));
        },
      };
    },
    capabilities: { errorEvents: true, expiry: true, getMany: true, scan: true, shared: true },
  },
);
