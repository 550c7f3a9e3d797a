import type { StoreSize } from '@cached-llm/core/store';
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

const FIGURES = ['used_memory', 'maxmemory', 'evicted_keys'] as const;

/** The memory of a server, its bound, which is 0 without one, and the keys that it evicted since it started. */
export const memoryFigures: Command<readonly number[]> = async (client) => {
  const text = String(await client.sendCommand(['INFO']));
  return FIGURES.map((name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1]));
};

/** The sums of several servers. A bound that one of them lacks, and what one of them does not say, is not known. */
export function capacityOf(servers: readonly (readonly number[])[]): StoreSize {
  const [usedBytes, , evictions] = FIGURES.map((_name, place) =>
    servers.reduce((sum, figures) => sum + (figures[place] ?? Number.NaN), 0),
  );
  const bounds = servers.map(([, bound = 0]) => bound);
  const maxBytes = bounds.every((bound) => bound > 0) ? bounds.reduce((a, b) => a + b) : undefined;
  const known = Object.entries({ usedBytes, maxBytes, evictions });
  return Object.fromEntries(known.filter(([, figure]) => Number.isFinite(figure)));
}

/** A sentence about the first policy that does not suit. */
export function adviceOn(policies: readonly (string | undefined)[]): string | undefined {
  for (const policy of policies) {
    const reason = UNSUITABLE.get(policy ?? '');
    if (reason !== undefined) return `maxmemory-policy is ${policy}: ${reason}`;
  }
  return undefined;
}
