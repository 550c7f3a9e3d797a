/**
 * Entries live in Redis or Valkey: on one server, on the master that sentinels name, or in a cluster.
 * An operation must never wait for a server to come back, and no key but the store's own is ever written or deleted.
 * Start reading at `redis-store.ts`; `single-server.ts` and `cluster-servers.ts` show how one command finds its server.
 */
export { RedisRefusedError, RedisUnavailableError } from './redis-errors.ts';
export { openStore, RedisStore, redisStore } from './redis-store.ts';
export type { RedisStoreOptions } from './redis-store-options.ts';
