export { openStore } from './open-store.ts';
export { RedisUnavailableError } from './redis-errors.ts';
export { RedisRefusedError } from './redis-refused-error.ts';
export { RedisStore, redisStore } from './redis-store.ts';
export type { RedisStoreOptions } from './redis-store-options.ts';
