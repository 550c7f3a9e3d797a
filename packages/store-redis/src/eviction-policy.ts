import type { Command } from './redis-servers.ts';

/** Why a policy does not suit, by its name in `maxmemory-policy`. The others remove what was not used for long. */
const UNSUITABLE: ReadonlyMap<string, string> = new Map([
  [
    'allkeys-random',
    'it evicts the states of tags that all entries need, and then all entries are misses. Use allkeys-lfu or allkeys-lru.',
  ],
  [
    'volatile-random',
    'it evicts the states of tags that all entries need, and then all entries are misses. Use volatile-lfu or volatile-lru.',
  ],
  [
    'noeviction',
    'with a maxmemory, a full server stores no answers any more. Use allkeys-lfu or allkeys-lru.',
  ],
]);

/** The policy of a server that has a bound; undefined without a bound, because then nothing is evicted or refused. */
export const evictionPolicy: Command<string | undefined> = async (client) => {
  const text = String(await client.sendCommand(['INFO', 'memory']));
  const isBounded = !/^maxmemory:0\r?$/m.test(text);
  return isBounded ? /^maxmemory_policy:(\S+)/m.exec(text)?.[1] : undefined;
};

/** A sentence about the first policy that does not suit. */
export function adviceOn(policies: readonly (string | undefined)[]): string | undefined {
  for (const policy of policies) {
    const reason = UNSUITABLE.get(policy ?? '');
    if (reason !== undefined) return `maxmemory-policy is ${policy}: ${reason}`;
  }
  return undefined;
}
