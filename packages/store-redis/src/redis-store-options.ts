import type { ConnectionOptions } from 'node:tls';

export interface RedisStoreOptions {
  /**
   * `redis://[[user]:password@]host[:port][/database]`; `valkey://` is the same, `rediss://` and `valkeys://`
   * use TLS. With `sentinels`, the host is the master's name.
   * @default 'redis://localhost:6379'
   */
  readonly url?: string;
  /** In place of `url`: one or more nodes of a Redis Cluster; user, password and TLS are the first one's. */
  readonly cluster?: readonly string[];
  /** URLs of the sentinels that know where the master is, each with its own user and password. */
  readonly sentinels?: readonly string[];
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
  /**
   * Milliseconds between attempts to connect while the server refuses the password, the user, the database or
   * the certificate.
   * @default 30_000
   */
  readonly refusalInterval?: number;
  /** Certificates and the like, as `node:tls` has them; turns TLS on. */
  readonly tls?: boolean | ConnectionOptions;
}
