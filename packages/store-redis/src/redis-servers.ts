import type { RedisClientType } from '@keyv/redis';
import { RedisUnavailableError } from './redis-errors.ts';

/** Sends one Redis command before it returns, so that no other command comes between ASKING and this one. */
export type Command<Reply> = (client: RedisClientType) => Promise<Reply>;

/** The texts under some keys, in their order; `null` for an absent row. */
export type Texts = readonly (string | null)[];

/** One server, or the masters of a cluster. What fails rejects, and nothing waits for long. */
export interface RedisServers {
  /** One of the clients: Keyv's adapter wants to hold one. */
  readonly client: RedisClientType;
  /**
   * Sends `command` to the server that has `key`.
   * @throws RedisUnavailableError while that server is not connected, RedisRefusedError if it refuses the command
   */
  send<Reply>(key: string, command: Command<Reply>): Promise<Reply>;
  /** Reads the texts under `keys` in one round trip. */
  mget(keys: readonly string[]): Promise<Texts>;
  /** The keys in groups that one command may name: those of one hash slot, or of one server. */
  groupsOf(keys: readonly string[]): readonly (readonly string[])[];
  /** Each server that has rows, by itself. */
  masters(): Promise<readonly RedisServers[]>;
  close(): Promise<void>;
}

/**
 * Reads the texts under keys of one server, or of one hash slot. GET would fail on a row of another type, and MGET
 * takes it for absent. It is a bare command because every hit takes this way, and the client's own `mGet` does more.
 */
export function mget(keys: readonly string[]): Command<Texts> {
  return (client) => client.sendCommand<(string | null)[]>(['MGET', ...keys]);
}

/**
 * Takes the first reply of several servers, so that a server that hangs delays nothing.
 * @throws RedisUnavailableError if none replies; its `isPermanent` is true only if each of the faults is permanent
 */
export async function firstReply<Reply>(replies: readonly Promise<Reply>[]): Promise<Reply> {
  try {
    return await Promise.any(replies);
  } catch (error) {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
    const faults = errors.map((cause) => new RedisUnavailableError(cause));
    throw faults.find(({ isPermanent }) => !isPermanent) ?? faults[0];
  }
}
