import type { Command } from './redis-servers.ts';

/** Nothing for an absent row. */
export type Texts = readonly (string | null)[];

/**
 * The texts under keys of one server, or of one slot of a cluster. Not GET: a foreign row that is no text is absent
 * then, and no failure. As a bare command, since every hit comes this way, and the client's `mGet` does more.
 */
export function textsUnder(keys: readonly string[]): Command<Texts> {
  return (client) => client.sendCommand<(string | null)[]>(['MGET', ...keys]);
}
