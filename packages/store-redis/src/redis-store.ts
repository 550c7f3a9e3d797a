import { LlmCacheError } from '@cached-llm/core';
import type { AtomicRows, Leases, Store, StoredRow, StoreSize } from '@cached-llm/core/store';
import {
  type Deserialize,
  Keyv,
  type KeyvEntry,
  type StoredDataNoRaw,
  type StoredDataRaw,
} from 'keyv';
import { ClusterServers } from './cluster-servers.ts';
import { adviceOn, capacityOf, evictionPolicy, memoryFigures } from './eviction-policy.ts';
import { keyFarFrom } from './hash-slot.ts';
import { RedisAtomicRows } from './redis-atomic-rows.ts';
import type { RedisUnavailableError } from './redis-errors.ts';
import { RedisLeases } from './redis-leases.ts';
import { markText, RedisRows, scanRows, unmarkText } from './redis-rows.ts';
import type { RedisServers } from './redis-servers.ts';
import {
  type RedisSettings,
  type RedisStoreOptions,
  resolveOptions,
} from './redis-store-options.ts';
import { isRedisUrl } from './redis-url.ts';
import { locateMaster } from './sentinel.ts';
import { SingleServer } from './single-server.ts';

/** Starts to connect; nothing waits for it here. */
function openServers(
  settings: RedisSettings,
  onFault: (fault: RedisUnavailableError) => void,
): RedisServers {
  if (settings.rootNodes.length > 0) return new ClusterServers(settings, onFault);
  if (settings.sentinels.length === 0) return new SingleServer({ settings, onFault });
  return new SingleServer({ settings, locate: () => locateMaster(settings), onFault });
}

/**
 * A Keyv for strings in Redis or Valkey: on one server, on the master that sentinels name, or in a cluster. Keys are
 * stored as given. Every operation that fails rejects, and it rejects at once while there is no connection. The event
 * `error` is emitted for connections only. Make one with {@link redisStore}.
 */
export class RedisStore extends Keyv<string> implements Store {
  /** Rows with an expiry of their own, each beside its entry's row. */
  readonly leases: Leases;
  readonly atomic: AtomicRows;
  /** Only in a cluster: the key, and a second one on another master. */
  readonly copiesOf?: (key: string) => readonly string[];
  readonly #servers: RedisServers;

  /** @throws LlmCacheError `INVALID_OPTION` */
  constructor(options: string | RedisStoreOptions = {}) {
    const servers = openServers(resolveOptions(options), (fault) => super.emit('error', fault));
    super(new RedisRows(servers), {
      namespace: '', // none: Keyv's own would prefix the keys
      useKeyPrefix: false,
      throwOnErrors: true,
      serialize: markText,
      // Keyv's type says that a reader knows every type of value; this store has strings only.
      deserialize: unmarkText as Deserialize,
    });
    this.#servers = servers;
    this.leases = new RedisLeases(servers);
    this.atomic = new RedisAtomicRows(servers);
    if (servers instanceof ClusterServers) this.copiesOf = (key) => [key, keyFarFrom(key)];
    // Keyv's iterator reads the keys of every application, and fails at the first row that is not ours.
    delete this.iterator;
  }

  override get namespace(): string | undefined {
    return super.namespace;
  }

  /** Keyv sets it on a store that it is put around. @throws LlmCacheError `INVALID_OPTION` for a name */
  override set namespace(name: string | undefined) {
    if (!name) return;
    throw new LlmCacheError(
      'INVALID_OPTION',
      'redisStore() already is a Keyv, and cannot be put into another one. Pass it itself: createLlmCache({ store: redisStore() }).',
    );
  }

  /** Every look-up of a cache takes this way, so it leaves out what Keyv does for each row. */
  override getMany<Value = string>(
    keys: string[],
    options?: { raw: false },
  ): Promise<StoredDataNoRaw<Value>[]>;
  override getMany<Value = string>(
    keys: string[],
    options?: { raw: true },
  ): Promise<StoredDataRaw<Value>[]>;
  override async getMany(keys: string[], options?: { raw: boolean }): Promise<unknown[]> {
    if (options?.raw) return super.getMany(keys, { raw: true });
    const texts = await this.#servers.mget(keys);
    return texts.map((text) => (text === null ? undefined : unmarkText(text)?.value));
  }

  /** Keyv's own method does not say which rows were written. */
  override setMany<Value = string>(entries: KeyvEntry[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, ttl }) => this.set<Value>(key, value, ttl)));
  }

  /** Yields every row of this store whose key starts with `prefix`, in constant memory; a row may come twice. */
  scan(prefix: string): AsyncGenerator<StoredRow, void, undefined> {
    return scanRows(this.#servers, prefix);
  }

  /** Says whether the eviction policy of the server does not suit. Asks for no more rights than the user has. */
  async advice(): Promise<string | undefined> {
    const servers = await this.#servers.masters();
    const policies = servers.map((server) =>
      server.send('', evictionPolicy).catch(() => undefined),
    );
    return adviceOn(await Promise.all(policies));
  }

  /** The memory of the servers, with what other applications store there. Empty where the user may not ask for it. */
  async capacity(): Promise<StoreSize> {
    const servers = await this.#servers.masters();
    const figures = servers.map((server) => server.send('', memoryFigures).catch(() => []));
    return capacityOf(await Promise.all(figures));
  }

  /** The client, Keyv's adapter and Keyv each emit the same failure, which the caller gets as a rejection already. */
  override emit(event: string, ...details: unknown[]): void {
    if (event !== 'error') super.emit(event, ...details);
  }
}

/**
 * Makes a store in Redis or Valkey and starts to connect.
 * @param options the URL, or an object of options
 * @default the server at `redis://localhost:6379`
 * @throws LlmCacheError `INVALID_OPTION`
 */
export function redisStore(options?: string | RedisStoreOptions): RedisStore {
  return new RedisStore(options);
}

/**
 * Makes the store that a URL names: `redis://`, `valkey://`, or with TLS `rediss://`, `valkeys://`.
 * @throws LlmCacheError `UNKNOWN_STORE` if the URL has another scheme, `INVALID_OPTION` if it is malformed
 */
export function openStore(url: string): RedisStore {
  if (isRedisUrl(url)) return redisStore(url);
  throw new LlmCacheError(
    'UNKNOWN_STORE',
    "A Redis store's URL starts with `redis://`, `rediss://`, `valkey://` or `valkeys://`.",
  );
}
