import type { RedisClientType } from '@keyv/redis';
import type { Texts } from './texts-under.ts';

/** What is asked of a server: the command goes out in the call itself. */
export type Command<Answer> = (client: RedisClientType) => Promise<Answer>;

/** Where rows live: one server, or the masters of a cluster. What fails rejects, and never waits for long. */
export interface RedisServers {
  /** One of the clients; Keyv's adapter wants to hold one. */
  readonly client: RedisClientType;
  /**
   * What `command` comes to on the server that has `key`.
   * @throws RedisUnavailableError while that one is not connected, RedisRefusedError where it refuses
   */
  ask<Answer>(key: string, command: Command<Answer>): Promise<Answer>;
  /** The texts under `keys` in one round trip, in their order; nothing for an absent one. */
  texts(keys: readonly string[]): Promise<Texts>;
  /** Each server that has rows, by itself. */
  masters(): Promise<readonly RedisServers[]>;
  close(): Promise<void>;
}
