import type { AtomicRows, NewRow } from '@cached-llm/core/store';
import { RedisRefusedError } from './redis-errors.ts';
import { markText, unmarkText, wholeMilliseconds } from './redis-rows.ts';
import type { RedisServers } from './redis-servers.ts';

const REPLACE = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then
  redis.call('SET', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1`;

const isForbidden = (error: unknown) =>
  error instanceof RedisRefusedError && /^(NOPERM|UNKNOWN_COMMAND)$/.test(error.code);

/** Changes of rows that depend on what is stored, each in one step of the server. */
export class RedisAtomicRows implements AtomicRows {
  readonly #servers: RedisServers;

  constructor(servers: RedisServers) {
    this.#servers = servers;
  }

  /** Of a cluster, a server that is away takes its own rows along: there is no value for them. */
  async add(rows: readonly NewRow[]): Promise<readonly (string | undefined)[]> {
    const added = await Promise.allSettled(rows.map((row) => this.#addOne(row)));
    const failed = added.find((one) => one.status === 'rejected');
    const isAny = added.some((one) => one.status === 'fulfilled');
    if (failed !== undefined && !isAny) throw failed.reason;
    return added.map((one) => (one.status === 'fulfilled' ? one.value : undefined));
  }

  /** Resolves to false, too, if the user may run no script: without one, another process could come in between. */
  async replace({ key, value, ttl }: NewRow, expected: string): Promise<boolean> {
    const life = wholeMilliseconds(ttl);
    const texts = [expected, value].map((text) => markText({ value: text }));
    const call = { keys: [key], arguments: [...texts, life === undefined ? '' : `${life}`] };
    try {
      const replaced = await this.#servers.send(key, (client) => client.eval(REPLACE, call));
      return replaced === 1;
    } catch (error) {
      if (isForbidden(error)) return false;
      throw error;
    }
  }

  async #addOne({ key, value, ttl }: NewRow): Promise<string> {
    const PX = wholeMilliseconds(ttl);
    const options = { condition: 'NX', ...(PX === undefined ? {} : { PX }) } as const;
    const text = markText({ value });
    const isAdded = await this.#servers.send(key, (client) => client.set(key, text, options));
    if (isAdded !== null) return value;
    const [stored] = await this.#servers.mget([key]);
    const found = unmarkText(stored ?? '');
    if (found !== undefined) return found.value;
    // What is there is of another application, or was evicted meanwhile: for this store, there is no row.
    await this.#servers.send(key, (client) =>
      client.set(key, text, PX === undefined ? {} : { PX }),
    );
    return value;
  }
}
