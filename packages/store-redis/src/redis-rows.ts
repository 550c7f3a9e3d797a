import KeyvRedis, { type RedisClientType } from '@keyv/redis';
import type { RedisServers } from './redis-servers.ts';

/** Redis takes whole milliseconds only. Nothing stands for ever, as for a ttl beyond all reckoning. */
function wholeMilliseconds(ttl: number | undefined): number | undefined {
  if (ttl === undefined || !(ttl < Number.MAX_SAFE_INTEGER)) return undefined;
  return Math.max(1, Math.ceil(ttl));
}

/** The adapter that Keyv knows, asking the server that has the key; its own ways of connecting block. */
export class RedisRows extends KeyvRedis<string> {
  readonly #servers: RedisServers;

  constructor(servers: RedisServers) {
    super(servers.client, { throwOnErrors: true, throwOnConnectError: true });
    this.#servers = servers;
  }

  override async getClient(): Promise<RedisClientType> {
    return this.#servers.client;
  }

  /** As one of many: a foreign row that is no text is absent then, and no failure. */
  override async get<Text = string>(key: string): Promise<Text | undefined> {
    const [text] = await this.getMany<Text>([key]);
    return text;
  }

  override async getMany<Text = string>(keys: string[]): Promise<(Text | undefined)[]> {
    if (keys.length === 0) return [];
    const texts = await this.#servers.texts(keys);
    // As Keyv's type would have it, a reader knows every type of value; there are only strings here.
    return texts.map((text) => (text ?? undefined) as Text | undefined);
  }

  override has(key: string): Promise<boolean> {
    return this.#servers.ask(key, async (client) => (await client.exists(key)) > 0);
  }

  override hasMany(keys: string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.has(key)));
  }

  override async set(key: string, text: string, ttl?: number): Promise<void> {
    const PX = wholeMilliseconds(ttl);
    const life = PX === undefined ? {} : { PX };
    await this.#servers.ask(key, (client) => client.set(key, text, life));
  }

  override delete(key: string): Promise<boolean> {
    return this.#servers.ask(key, async (client) => (await client.unlink(key)) > 0);
  }

  override async deleteMany(keys: string[]): Promise<boolean> {
    const deleted = await Promise.all(keys.map((key) => this.delete(key)));
    return deleted.includes(true);
  }

  /** The adapter's own would delete every key of other applications that has no namespace. */
  override async clear(): Promise<void> {
    throw new Error('A Redis store is not cleared as a whole; scan a prefix and delete its keys.');
  }

  override disconnect(): Promise<void> {
    return this.#servers.close();
  }
}
