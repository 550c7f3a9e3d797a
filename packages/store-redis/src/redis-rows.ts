import KeyvRedis, { type RedisClientType } from '@keyv/redis';
import type { RedisConnection } from './redis-connection.ts';

/** Redis takes whole milliseconds only. Nothing stands for ever, as for a ttl beyond all reckoning. */
function wholeMilliseconds(ttl: number | undefined): number | undefined {
  if (ttl === undefined || !(ttl < Number.MAX_SAFE_INTEGER)) return undefined;
  return Math.max(1, Math.ceil(ttl));
}

/** The adapter, without its ways of connecting: they block, and add listeners at every failure. */
export class RedisRows extends KeyvRedis<string> {
  readonly #connection: RedisConnection;

  constructor(connection: RedisConnection) {
    super(connection.client, { throwOnErrors: true, throwOnConnectError: true });
    this.#connection = connection;
  }

  override async getClient(): Promise<RedisClientType> {
    return this.#connection.readyClient();
  }

  /** As one of many: a foreign row that is no text is absent then, and no failure. */
  override async get<Text = string>(key: string): Promise<Text | undefined> {
    const [text] = await this.getMany<Text>([key]);
    return text;
  }

  override getMany<Text = string>(keys: string[]): Promise<(Text | undefined)[]> {
    return this.#connection.run(() => super.getMany<Text>(keys));
  }

  override has(key: string): Promise<boolean> {
    return this.#connection.run(() => super.has(key));
  }

  override hasMany(keys: string[]): Promise<boolean[]> {
    return this.#connection.run(() => super.hasMany(keys));
  }

  override set(key: string, text: string, ttl?: number): Promise<void> {
    return this.#connection.run(() => super.set(key, text, wholeMilliseconds(ttl)));
  }

  override delete(key: string): Promise<boolean> {
    return this.#connection.run(() => super.delete(key));
  }

  override deleteMany(keys: string[]): Promise<boolean> {
    return this.#connection.run(() => super.deleteMany(keys));
  }

  /** The adapter's own would delete every key of other applications that has no namespace. */
  override async clear(): Promise<void> {
    throw new Error('A Redis store is not cleared as a whole; scan a prefix and delete its keys.');
  }

  override disconnect(): Promise<void> {
    return this.#connection.close();
  }
}
