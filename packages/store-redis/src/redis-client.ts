import { once } from 'node:events';
import { startDeadline, startTimer } from '@cached-llm/core/store';
import { createClient, type RedisClientType } from '@keyv/redis';
import { faultCode } from './redis-errors.ts';
import { type ClientSettings, invalidOption } from './redis-store-options.ts';

const noAnswer = () => new Error('Connection timeout: the server does not answer.');

/** @throws Error if `promise` has not settled within so many milliseconds */
export async function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> {
  let cancel = () => {};
  const timeout = new Promise<never>((_, reject) => {
    cancel = startDeadline(milliseconds, () => reject(noAnswer()));
  });
  return Promise.race([promise, timeout]).finally(cancel);
}

/** A server that accepts the connection and then hangs would hold the attempt to connect for ever. */
function limitHandshake(client: RedisClientType, milliseconds: number): RedisClientType {
  let cancel = () => {};
  const giveUp = (): void => {
    client.emit('error', noAnswer());
    if (client.isOpen) client.destroy();
  };
  const stop = (): void => cancel();
  client.on('connect', () => {
    cancel = startDeadline(milliseconds, giveUp);
  });
  return client.on('ready', stop).on('error', stop);
}

/**
 * The client sends nothing before it is asked to. It ignores the failure of what it would send by itself, so a connection that is
 * lost meanwhile would count as ready.
 */
const SILENT = {
  disableClientInfo: true,
  disableOfflineQueue: true,
  maintNotifications: 'disabled',
} as const;

/**
 * A signal that is never given. The client listens to the first error of its socket only. A TLS socket emits a second
 * one (`ECONNRESET`) after a server has refused the client's certificate, and an error without a listener ends the
 * process. Node.js listens to every error of a socket that has a signal. It adds a listener to the signal for each socket, and
 * never removes it: this one takes none, or each reconnection would leave one, and its socket, behind.
 */
const silentSignal = (): AbortSignal =>
  Object.assign(new AbortController().signal, { addEventListener() {} });

/** Milliseconds. Node.js warns of a socket's timeout that is longer. */
const LONGEST_SOCKET_TIMEOUT = 2 ** 31 - 1;

/** `createClient` builds a class of all commands for each set of options, in 10 ms; the class of this one serves all. */
let template: RedisClientType | undefined;

/**
 * Makes a client that never queues commands and never reconnects by itself. A queue blocks while the server is away, and the
 * client's own pause between two attempts keeps the process from ending.
 * @throws LlmCacheError `INVALID_OPTION` if the URL is malformed
 */
export function createRedisClient(settings: ClientSettings): RedisClientType {
  const { url, socketTimeout, tls } = settings;
  const connectTimeout = Math.min(settings.connectTimeout, LONGEST_SOCKET_TIMEOUT);
  const limits = { connectTimeout, reconnectStrategy: false, signal: silentSignal() } as const;
  const socket = tls === undefined ? limits : ({ ...tls, ...limits, tls: true } as const);
  try {
    template ??= createClient();
    return limitHandshake(template.duplicate({ url, socket, ...SILENT }), socketTimeout);
  } catch (cause) {
    throw invalidOption(
      '`url` is malformed; write a `%` in the password as `%25`, and the database as a number.',
      cause,
    );
  }
}

/**
 * Listens for as long as the handshake took. A server refuses a client's certificate after the handshake (TLS 1.3,
 * RFC 8446, section 4.4.2.4), and a client that writes meanwhile may get `ECONNRESET` in place of the reason.
 */
async function awaitRefusal(client: RedisClientType, milliseconds: number): Promise<void> {
  const over = new AbortController();
  const cancel = startTimer(milliseconds, () => over.abort());
  const [refusal] = await once(client, 'error', over).catch(() => []);
  cancel();
  if (refusal !== undefined) throw refusal;
}

/**
 * Connects, and pings to see whether the server accepts commands. A server with a password takes a connection without
 * one and refuses every command, and so does one that is loading its data. A user without the right to ping is
 * accepted.
 * @throws the server's error reply, or the socket's error
 */
export async function connect(client: RedisClientType, settings: ClientSettings): Promise<void> {
  const startedAt = performance.now();
  await client.connect();
  if (settings.tls !== undefined) await awaitRefusal(client, performance.now() - startedAt);
  try {
    await within(settings.socketTimeout, client.ping());
  } catch (error) {
    if (faultCode(error) !== 'NOPERM') throw error;
  }
}
