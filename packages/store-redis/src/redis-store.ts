import type { Leases, Store, StoredRow } from '@cached-llm/core';
import {
  type Deserialize,
  Keyv,
  type KeyvEntry,
  type StoredDataNoRaw,
  type StoredDataRaw,
} from 'keyv';
import { markText, unmarkText } from './marked-text.ts';
import { openServers } from './open-servers.ts';
import { RedisLeases } from './redis-leases.ts';
import { RedisRows } from './redis-rows.ts';
import type { RedisServers } from './redis-servers.ts';
import type { RedisStoreOptions } from './redis-store-options.ts';
import { resolveOptions } from './resolve-options.ts';
import { scanRows } from './scan-rows.ts';

/**
 * A Keyv for strings in Redis or Valkey: one server, the master of a Sentinel, or a cluster. Keys are stored as
 * given. What fails rejects, always, and while there is no connection at once; 'error' tells of connections only.
 * Use it through `redisStore()`.
 */
export class RedisStore extends Keyv<string> implements Store {
  readonly leases: Leases;
  readonly #servers: RedisServers;

  /** @throws LlmCacheError `INVALID_OPTION` */
  constructor(options: string | RedisStoreOptions = {}) {
    const servers = openServers(resolveOptions(options), (fault) => this.#announce(fault));
    super(new RedisRows(servers), {
      namespace: '', // none: Keyv's own would prefix the keys
      useKeyPrefix: false,
      throwOnErrors: true,
      serialize: markText,
      // As Keyv's type would have it, a reader knows every type of value; there are only strings here.
      deserialize: unmarkText as Deserialize,
    });
    this.#servers = servers;
    this.leases = new RedisLeases(servers);
    // It reads every application's keys, and fails at the first that is not ours.
    delete this.iterator;
  }

  /** Every look-up of a cache comes this way: what Keyv does around a row, it does for nothing here. */
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
    const texts = await this.#servers.texts(keys);
    return texts.map((text) => (text === null ? undefined : unmarkText(text)?.value));
  }

  /** The adapter's own does not say what was written. */
  override setMany<Value = string>(entries: KeyvEntry[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, ttl }) => this.set<Value>(key, value, ttl)));
  }

  /** Every row of ours whose key starts with `prefix`, in constant memory; it may come twice. */
  scan(prefix: string): AsyncGenerator<StoredRow, void, undefined> {
    return scanRows(this.#servers, prefix);
  }

  /** The client, the adapter and Keyv each emit one failure; who asked for the operation is told by its rejection. */
  override emit(event: string, ...details: unknown[]): void {
    if (event !== 'error') super.emit(event, ...details);
  }

  #announce(error: Error): void {
    super.emit('error', error);
  }
}

/**
 * A store in Redis or Valkey, connecting from now on.
 * @param options the URL, or more; without one, the server at localhost
 * @throws LlmCacheError `INVALID_OPTION`
 */
export function redisStore(options?: string | RedisStoreOptions): RedisStore {
  return new RedisStore(options);
}
