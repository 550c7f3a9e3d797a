import type { Store, StoredRow } from '@cached-llm/core';
import { type Deserialize, Keyv, type KeyvEntry } from 'keyv';
import { markText, unmarkText } from './marked-text.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisRows } from './redis-rows.ts';
import { type RedisStoreOptions, resolveOptions } from './redis-store-options.ts';
import { scanRows } from './scan-rows.ts';

/**
 * A Keyv for strings in a Redis or Valkey server. Keys are stored as given. What fails rejects, always, and
 * while there is no connection at once; 'error' tells of the connection only. Use it through `redisStore()`.
 */
export class RedisStore extends Keyv<string> implements Store {
  readonly #connection: RedisConnection;

  /** @throws LlmCacheError `INVALID_OPTION` */
  constructor(options: string | RedisStoreOptions = {}) {
    const report = (error: Error) => this.#announce(error);
    const connection = new RedisConnection(resolveOptions(options), report);
    super(new RedisRows(connection), {
      namespace: '', // none: Keyv's own would prefix the keys
      useKeyPrefix: false,
      throwOnErrors: true,
      serialize: markText,
      // As Keyv's type would have it, a reader knows every type of value; there are only strings here.
      deserialize: unmarkText as Deserialize,
    });
    this.#connection = connection;
    // It reads every application's keys, and fails at the first that is not ours.
    delete this.iterator;
  }

  /** The adapter's own does not say what was written. */
  override setMany<Value = string>(entries: KeyvEntry[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, ttl }) => this.set<Value>(key, value, ttl)));
  }

  /** Every row of ours whose key starts with `prefix`, in constant memory; it may come twice. */
  scan(prefix: string): AsyncGenerator<StoredRow, void, undefined> {
    return scanRows(this.#connection, prefix);
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
