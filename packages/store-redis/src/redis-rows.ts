import type { StoredRow } from '@cached-llm/core/store';
import KeyvRedis, { type RedisClientType } from '@keyv/redis';
import type { DeserializedData } from 'keyv';
import type { RedisServers } from './redis-servers.ts';

/** Every text of this store starts with it; a text without it belongs to another application. */
const MARK = 'cached-llm ';
/** Keys that the server looks at for one SCAN, whatever their prefix. */
const SCAN_PAGE = 1000;
/** Values that are in memory at a time. */
const VALUE_PAGE = 250;

/** The text as the server stores it: without an expiry, which the server has by its own clock, and not encoded as JSON a second time. */
export function markText<Value>({ value }: DeserializedData<Value>): string {
  if (typeof value === 'string') return MARK + value;
  throw new TypeError(`This store stores strings, not ${typeof value}.`);
}

/** Returns nothing if the text is not this store's; Keyv takes that for an absent row. */
export function unmarkText(marked: string): { value: string } | undefined {
  return marked.startsWith(MARK) ? { value: marked.slice(MARK.length) } : undefined;
}

/** Redis takes whole milliseconds only. A ttl beyond the safe integers means no expiry. */
export function wholeMilliseconds(ttl: number | undefined): number | undefined {
  if (ttl === undefined || !(ttl < Number.MAX_SAFE_INTEGER)) return undefined;
  return Math.max(1, Math.ceil(ttl));
}

/**
 * The storage adapter that Keyv asks for, which sends each command to the server that has the key. The methods of
 * `@keyv/redis` wait for a connection, so each is replaced.
 */
export class RedisRows extends KeyvRedis<string> {
  readonly #servers: RedisServers;

  constructor(servers: RedisServers) {
    super(servers.client, { throwOnErrors: true, throwOnConnectError: true });
    this.#servers = servers;
  }

  override async getClient(): Promise<RedisClientType> {
    return this.#servers.client;
  }

  override async get<Text = string>(key: string): Promise<Text | undefined> {
    const [text] = await this.getMany<Text>([key]);
    return text;
  }

  override async getMany<Text = string>(keys: string[]): Promise<(Text | undefined)[]> {
    if (keys.length === 0) return [];
    const texts = await this.#servers.mget(keys);
    // Keyv's type says that a reader knows every type of value; this store has strings only.
    return texts.map((text) => (text ?? undefined) as Text | undefined);
  }

  override has(key: string): Promise<boolean> {
    return this.#servers.send(key, async (client) => (await client.exists(key)) > 0);
  }

  override hasMany(keys: string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.has(key)));
  }

  override async set(key: string, text: string, ttl?: number): Promise<void> {
    const PX = wholeMilliseconds(ttl);
    const expiry = PX === undefined ? {} : { PX };
    await this.#servers.send(key, (client) => client.set(key, text, expiry));
  }

  override delete(key: string): Promise<boolean> {
    return this.#servers.send(key, async (client) => (await client.unlink(key)) > 0);
  }

  /** One command for all keys of a server, or of a hash slot. */
  override async deleteMany(keys: string[]): Promise<boolean> {
    const unlinked = this.#servers.groupsOf(keys).map((group) => {
      return this.#servers.send(group[0] ?? '', (client) => client.unlink([...group]));
    });
    return (await Promise.all(unlinked)).some((count) => count > 0);
  }

  /** Without a namespace, the method of `@keyv/redis` would delete the keys of other applications as well. */
  override async clear(): Promise<void> {
    throw new Error(
      'A Redis store cannot be cleared as a whole; scan a prefix and delete the keys that it yields.',
    );
  }

  override disconnect(): Promise<void> {
    return this.#servers.close();
  }
}

function patternOf(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
}

async function* keysOn(
  server: RedisServers,
  prefix: string,
): AsyncGenerator<string[], void, undefined> {
  const options = { MATCH: patternOf(prefix), COUNT: SCAN_PAGE };
  let cursor = '0';
  do {
    const from = cursor;
    const found = await server.send('', (client) => client.scan(from, options));
    for (let start = 0; start < found.keys.length; start += VALUE_PAGE) {
      yield found.keys.slice(start, start + VALUE_PAGE);
    }
    cursor = found.cursor;
  } while (cursor !== '0');
}

async function rowsUnder(servers: RedisServers, keys: readonly string[]): Promise<StoredRow[]> {
  const texts = await servers.mget(keys);
  return keys.flatMap((key, index) => {
    // There is no text if the row was deleted meanwhile, or has another type.
    const row = unmarkText(texts[index] ?? '');
    return row === undefined ? [] : [{ key, ...row }];
  });
}

/** Yields this store's rows whose key starts with `prefix`. SCAN may find a key twice, and so may this. */
export async function* scanRows(
  servers: RedisServers,
  prefix: string,
): AsyncGenerator<StoredRow, void, undefined> {
  for (const server of await servers.masters()) {
    // One server has keys of many hash slots, so it cannot be asked for all their texts by itself.
    for await (const keys of keysOn(server, prefix)) yield* await rowsUnder(servers, keys);
  }
}
