import { type RedisStore, type RedisStoreOptions, redisStore } from '@cached-llm/store-redis';
import { type RedisServer, type RedisServerOptions, startRedis } from '@cached-llm/testing';
import { afterAll, afterEach } from '@jest/globals';
import { createClient } from '@keyv/redis';

const closings: (() => unknown)[] = [];

// The latest comes first, so that a store is closed before its server stops.
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

/** Calls `close` after the test that is running. */
export function afterThisTest(close: () => unknown): void {
  closings.push(close);
}

/** Opens a store that is closed after the test. */
export function openStore(options?: string | RedisStoreOptions): RedisStore {
  const store = redisStore(options);
  afterThisTest(() => store.disconnect());
  return store;
}

/** Starts a server that is stopped after the test. */
export async function startServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  afterThisTest(() => server.stop());
  return server;
}

/** Starts one server for all tests of a file, with a client that is not the store's. */
export async function startSharedServer() {
  const server = await startRedis();
  const client = await createClient({ url: server.url }).connect();
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });
  return { server, client };
}

/** The URL of the same server with a user and a password. */
export function urlAs({ url }: RedisServer, user: string, password: string): string {
  return url.replace('//', `//${user}:${encodeURIComponent(password)}@`);
}

/** Collects the errors that a store emits. */
export function errorsOf<Fault extends Error>(store: RedisStore): Fault[] {
  const errors: Fault[] = [];
  store.on('error', (error: Fault) => errors.push(error));
  return errors;
}
