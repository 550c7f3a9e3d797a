import { createClient, type RedisClientType } from '@keyv/redis';
import { invalid, type RedisSettings } from './redis-store-options.ts';

/**
 * A client that never queues and never reconnects by itself: a queue blocks while the server is away, and the
 * client's own pause between two attempts keeps the process from ending.
 * @throws LlmCacheError `INVALID_OPTION` where the URL is malformed
 */
export function createRedisClient(settings: RedisSettings): RedisClientType {
  const { url, connectTimeout, socketTimeout, tls } = settings;
  const limits = { connectTimeout, socketTimeout, reconnectStrategy: false } as const;
  const socket = tls === undefined ? limits : ({ ...tls, ...limits, tls: true } as const);
  try {
    return createClient({ url, disableOfflineQueue: true, socket });
  } catch (cause) {
    throw invalid(
      '`url` is malformed; a `%` in a password is `%25`, a database is a number.',
      cause,
    );
  }
}
