import type { ConnectionOptions } from 'node:tls';
import { LlmCacheError } from '@cached-llm/core';

export interface RedisStoreOptions {
  /**
   * `redis://[[user]:password@]host[:port][/database]`; `valkey://` is the same, `rediss://` and `valkeys://`
   * use TLS.
   * @default 'redis://localhost:6379'
   */
  readonly url?: string;
  /**
   * Milliseconds for opening a connection, and so for the first operation to wait for one.
   * @default 1000
   */
  readonly connectTimeout?: number;
  /**
   * Milliseconds of silence after which a connection is given up, and what waits on it rejects.
   * @default 1500
   */
  readonly socketTimeout?: number;
  /**
   * Milliseconds between the pings that keep an idle connection from being silent; below `socketTimeout`.
   * @default 500
   */
  readonly pingInterval?: number;
  /** Certificates and the like, as `node:tls` has them; turns TLS on. */
  readonly tls?: boolean | ConnectionOptions;
}

export interface RedisSettings {
  readonly url: string;
  readonly connectTimeout: number;
  readonly socketTimeout: number;
  readonly pingInterval: number;
  /** Nothing for a connection in the clear. */
  readonly tls: ConnectionOptions | undefined;
}

const SCHEME = /^(?:redis|valkey)(s?):\/\//i;

export function invalid(sentence: string, cause?: unknown): LlmCacheError {
  return new LlmCacheError('INVALID_OPTION', `redisStore: ${sentence}`, { cause });
}

/** Looks at the scheme only. */
export function isRedisUrl(url: string): boolean {
  return SCHEME.test(url);
}

function isSecure(url: string): boolean {
  return SCHEME.exec(url)?.[1] !== '';
}

function checkUrl(url: string): string {
  if (typeof url === 'string' && isRedisUrl(url)) return url;
  // No message repeats the URL: it may hold a password.
  throw invalid('`url` starts with `redis://`, `rediss://`, `valkey://` or `valkeys://`.');
}

/** The client knows Redis by its first name only, and takes TLS from the scheme. */
function clientUrl(url: string, tls: ConnectionOptions | undefined): string {
  return url.replace(SCHEME, tls === undefined ? 'redis://' : 'rediss://');
}

function tlsOf(url: string, tls: boolean | ConnectionOptions): ConnectionOptions | undefined {
  if (typeof tls === 'object') return tls;
  return tls || isSecure(url) ? {} : undefined;
}

function refuseUnlessMilliseconds(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw invalid(`\`${name}\` is ${value}; it is whole milliseconds, 1 at least.`);
  }
}

/** @throws LlmCacheError `INVALID_OPTION` */
export function resolveOptions(options: string | RedisStoreOptions): RedisSettings {
  const given: RedisStoreOptions = typeof options === 'string' ? { url: options } : options;
  const { url = 'redis://localhost:6379', tls = false } = given;
  const { connectTimeout = 1000, socketTimeout = 1500, pingInterval = 500 } = given;
  const times = { connectTimeout, socketTimeout, pingInterval };
  for (const [name, value] of Object.entries(times)) refuseUnlessMilliseconds(name, value);
  if (pingInterval >= socketTimeout) {
    throw invalid('`pingInterval` is below `socketTimeout`, or idle connections drop.');
  }
  const resolvedTls = tlsOf(checkUrl(url), tls);
  return { url: clientUrl(url, resolvedTls), ...times, tls: resolvedTls };
}
