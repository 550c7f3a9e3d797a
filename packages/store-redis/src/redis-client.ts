import type { ConnectionOptions } from 'node:tls';
import { createClient, type RedisClientType } from '@keyv/redis';
import { invalid } from './invalid-option.ts';

export interface ClientSettings {
  /** As the client has it: `redis://` or `rediss://`. */
  readonly url: string;
  /** Milliseconds for the socket. */
  readonly connectTimeout: number;
  /** Milliseconds for what follows on it. */
  readonly socketTimeout: number;
  /** Nothing for a connection in the clear. */
  readonly tls: ConnectionOptions | undefined;
}

/** A server that takes the connection and then hangs would hold the attempt to connect for ever. */
function limitHandshake(client: RedisClientType, patience: number): RedisClientType {
  let impatience: NodeJS.Timeout | undefined;
  const giveUp = (): void => {
    client.emit('error', new Error('Connection timeout: the server does not answer.'));
    if (client.isOpen) client.destroy();
  };
  const stop = (): void => clearTimeout(impatience);
  client.on('connect', () => {
    impatience = setTimeout(giveUp, patience).unref();
  });
  return client.on('ready', stop).on('error', stop);
}

/**
 * Nothing is said to the server before it is asked for something: the client overlooks the failure of what it
 * would say of itself, so that a connection that is lost meanwhile counts as ready.
 */
const MANNERS = {
  disableClientInfo: true,
  disableOfflineQueue: true,
  maintNotifications: 'disabled',
} as const;

/**
 * A signal that is never given. The client listens to the first error of its socket only; a TLS socket tells of
 * a second one (`ECONNRESET`) after a server has refused the client's certificate, and an error that nobody
 * listens to ends the process. Node.js listens to every error of a socket that a signal may end.
 */
function silentSignal(): AbortSignal {
  return new AbortController().signal;
}

/** `createClient` builds a class of all commands for each set of options (10 ms); this one's serves for all. */
let first: RedisClientType | undefined;

/**
 * A client that never queues and never reconnects by itself: a queue blocks while the server is away, and the
 * client's own pause between two attempts keeps the process from ending.
 * @throws LlmCacheError `INVALID_OPTION` where the URL is malformed
 */
export function createRedisClient(settings: ClientSettings): RedisClientType {
  const { url, connectTimeout, socketTimeout, tls } = settings;
  const limits = { connectTimeout, reconnectStrategy: false, signal: silentSignal() } as const;
  const socket = tls === undefined ? limits : ({ ...tls, ...limits, tls: true } as const);
  try {
    first ??= createClient();
    const client = first.duplicate({ url, socket, ...MANNERS });
    return limitHandshake(client, socketTimeout);
  } catch (cause) {
    throw invalid(
      '`url` is malformed; a `%` in a password is `%25`, a database is a number.',
      cause,
    );
  }
}
