import type { ConnectionOptions } from 'node:tls';

const SCHEME = /^(?:redis|valkey)(s?):\/\//i;

/** Looks at the scheme only. */
export function isRedisUrl(url: string): boolean {
  return SCHEME.test(url);
}

/** Looks at the scheme only. */
export function isSecureUrl(url: string): boolean {
  return SCHEME.exec(url)?.[1] !== '';
}

/** The client knows no `valkey://`, and takes TLS from the scheme. */
export function clientUrl(url: string, tls: ConnectionOptions | undefined): string {
  return url.replace(SCHEME, tls === undefined ? 'redis://' : 'rediss://');
}

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export function addressOf(url: string, defaultPort = 6379): Address {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || defaultPort };
}

/** The same user, password and database at another address. */
export function urlAt(url: string, { host, port }: Address): string {
  const other = new URL(url);
  other.hostname = host.includes(':') ? `[${host}]` : host;
  other.port = `${port}`;
  return other.href;
}
