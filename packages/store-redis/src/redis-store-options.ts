import type { ConnectionOptions } from 'node:tls';
import { LlmCacheError } from '@cached-llm/core';
import { refuseUnknownOptions } from '@cached-llm/core/store';
import { clientUrl, isRedisUrl, isSecureUrl } from './redis-url.ts';

/** Options of `redisStore`: where the servers are, and how the store connects to them. */
export interface RedisStoreOptions {
  /**
   * `redis://[[user]:password@]host[:port][/database]`; `valkey://` is the same, `rediss://` and `valkeys://`
   * use TLS. With `sentinels`, the host is the master's name.
   * @default 'redis://localhost:6379'
   */
  readonly url?: string;
  /** One or more nodes of a Redis Cluster, in place of `url`; user, password and TLS are those of the first one. */
  readonly cluster?: readonly string[];
  /** URLs of the sentinels that know where the master is, each with its own user and password. */
  readonly sentinels?: readonly string[];
  /**
   * Milliseconds for opening a connection, and so the longest that the first operation waits for one.
   * @default 1000
   */
  readonly connectTimeout?: number;
  /**
   * Milliseconds without an answer after which the connection is replaced, and the operations on it reject.
   * @default 1500
   */
  readonly socketTimeout?: number;
  /**
   * Milliseconds between the pings that keep an idle connection from being silent; less than `socketTimeout`.
   * @default 500
   */
  readonly pingInterval?: number;
  /**
   * Milliseconds between attempts to connect while the server refuses the password, the user, the database or
   * the certificate.
   * @default 30_000
   */
  readonly refusalInterval?: number;
  /** `true`, or certificates and other options of `node:tls`; either turns TLS on. */
  readonly tls?: boolean | ConnectionOptions;
}

/** What a single connection needs. */
export interface ClientSettings {
  /** As the client knows it: `redis://` or `rediss://`. */
  readonly url: string;
  /** Milliseconds for the socket. */
  readonly connectTimeout: number;
  /** Milliseconds for what follows on it. */
  readonly socketTimeout: number;
  /** Nothing for a connection without TLS. */
  readonly tls: ConnectionOptions | undefined;
}

const OPTIONS: ReadonlySet<string> = new Set<keyof RedisStoreOptions>([
  ...(['url', 'cluster', 'sentinels', 'tls'] as const),
  ...(['connectTimeout', 'socketTimeout', 'pingInterval', 'refusalInterval'] as const),
]);

export interface RedisSettings extends ClientSettings {
  readonly pingInterval: number;
  readonly refusalInterval: number;
  /** Nodes of a cluster that know the others; none for a single server. */
  readonly rootNodes: readonly string[];
  /** Sentinels that know the master's address; none if the server is at `url`. */
  readonly sentinels: readonly string[];
}

/** Misuse of `redisStore()`. No sentence repeats a URL, because it may hold a password. */
export function invalidOption(sentence: string, cause?: unknown): LlmCacheError {
  return new LlmCacheError('INVALID_OPTION', `redisStore: ${sentence}`, { cause });
}

function checkUrl(name: string, url: unknown): string {
  if (typeof url === 'string' && isRedisUrl(url) && URL.canParse(url)) return url;
  const schemes = '`redis://`, `rediss://`, `valkey://` or `valkeys://`';
  throw invalidOption(
    `\`${name}\` is not a Redis URL. It must start with ${schemes}; write a \`%\` in it as \`%25\`.`,
  );
}

function checkUrls(name: string, urls: readonly unknown[] | undefined): string[] {
  if (urls === undefined) return [];
  if (Array.isArray(urls) && urls.length > 0) return urls.map((url) => checkUrl(name, url));
  throw invalidOption(`\`${name}\` must be a list of at least one URL.`);
}

function tlsOf(url: string, tls: boolean | ConnectionOptions): ConnectionOptions | undefined {
  if (typeof tls === 'object') return tls;
  return tls || isSecureUrl(url) ? {} : undefined;
}

function timesOf(given: RedisStoreOptions) {
  const { connectTimeout = 1000, socketTimeout = 1500, pingInterval = 500 } = given;
  const { refusalInterval = 30_000 } = given;
  const times = { connectTimeout, socketTimeout, pingInterval, refusalInterval };
  for (const [name, value] of Object.entries(times)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw invalidOption(`\`${name}\` is ${value}; it must be whole milliseconds, at least 1.`);
  }
  if (pingInterval < socketTimeout) return times;
  throw invalidOption(
    `\`pingInterval\` is ${pingInterval}; it must be less than \`socketTimeout\` (${socketTimeout}), or idle connections drop.`,
  );
}

function refuseContradictions({ url, cluster, sentinels }: RedisStoreOptions): void {
  if (cluster === undefined) return;
  if (url !== undefined)
    throw invalidOption('`cluster` and `url` are both given; leave one of them out.');
  if (sentinels !== undefined)
    throw invalidOption('A `cluster` has no `sentinels`; leave one of the two options out.');
}

/** @throws LlmCacheError `INVALID_OPTION` */
export function resolveOptions(options: string | RedisStoreOptions): RedisSettings {
  const given: RedisStoreOptions = typeof options === 'string' ? { url: options } : options;
  refuseUnknownOptions(Object(given), OPTIONS);
  refuseContradictions(given);
  const rootNodes = checkUrls('cluster', given.cluster);
  if (rootNodes.some((node) => new URL(node).pathname.length > 1))
    throw invalidOption(
      '`cluster` names a node with a database; a cluster has only one, so leave the number out.',
    );
  const sentinels = checkUrls('sentinels', given.sentinels);
  const { url = rootNodes[0] ?? 'redis://localhost:6379', tls: wanted = false } = given;
  const tls = tlsOf(checkUrl('url', url), wanted);
  return { url: clientUrl(url, tls), rootNodes, sentinels, ...timesOf(given), tls };
}
