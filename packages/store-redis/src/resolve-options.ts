import type { ConnectionOptions } from 'node:tls';
import { invalid } from './invalid-option.ts';
import type { ClientSettings } from './redis-client.ts';
import type { RedisStoreOptions } from './redis-store-options.ts';
import { clientUrl, isRedisUrl, isSecureUrl } from './redis-url.ts';

export interface RedisSettings extends ClientSettings {
  readonly pingInterval: number;
  readonly refusalInterval: number;
  /** Nodes to ask for the others; none for a single server. */
  readonly roots: readonly string[];
  /** Where to ask for the master; none where it is at `url`. */
  readonly sentinels: readonly string[];
}

type Times = Omit<RedisSettings, 'url' | 'roots' | 'sentinels' | 'tls'>;

function checkUrl(name: string, url: unknown): string {
  if (typeof url === 'string' && isRedisUrl(url) && URL.canParse(url)) return url;
  const schemes = '`redis://`, `rediss://`, `valkey://` or `valkeys://`';
  throw invalid(`\`${name}\` starts with ${schemes}, and is a URL: a \`%\` in it is \`%25\`.`);
}

function checkUrls(name: string, urls: readonly unknown[] | undefined): string[] {
  if (urls === undefined) return [];
  if (!Array.isArray(urls) || urls.length === 0)
    throw invalid(`\`${name}\` is a list of URLs, one at least.`);
  return urls.map((url) => checkUrl(name, url));
}

function tlsOf(url: string, tls: boolean | ConnectionOptions): ConnectionOptions | undefined {
  if (typeof tls === 'object') return tls;
  return tls || isSecureUrl(url) ? {} : undefined;
}

function timesOf(given: RedisStoreOptions): Times {
  const { connectTimeout = 1000, socketTimeout = 1500, pingInterval = 500 } = given;
  const { refusalInterval = 30_000 } = given;
  const times = { connectTimeout, socketTimeout, pingInterval, refusalInterval };
  for (const [name, value] of Object.entries(times)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw invalid(`\`${name}\` is ${value}; it is whole milliseconds, 1 at least.`);
  }
  if (pingInterval < socketTimeout) return times;
  throw invalid('`pingInterval` is below `socketTimeout`, or idle connections drop.');
}

function refuseContradictions({ url, cluster, sentinels }: RedisStoreOptions): void {
  if (cluster === undefined) return;
  if (url !== undefined) throw invalid('`cluster` stands in place of `url`: leave one out.');
  if (sentinels !== undefined)
    throw invalid('`sentinels` are for a single master, and a `cluster` has none: leave one out.');
}

/** @throws LlmCacheError `INVALID_OPTION` */
export function resolveOptions(options: string | RedisStoreOptions): RedisSettings {
  const given: RedisStoreOptions = typeof options === 'string' ? { url: options } : options;
  refuseContradictions(given);
  const roots = checkUrls('cluster', given.cluster);
  if (roots.some((root) => new URL(root).pathname.length > 1))
    throw invalid('`cluster` names nodes without a database: a cluster has only one.');
  const sentinels = checkUrls('sentinels', given.sentinels);
  const { url = roots[0] ?? 'redis://localhost:6379', tls: wanted = false } = given;
  const tls = tlsOf(checkUrl('url', url), wanted);
  return { url: clientUrl(url, tls), roots, sentinels, ...timesOf(given), tls };
}
