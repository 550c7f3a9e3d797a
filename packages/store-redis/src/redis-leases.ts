import type { Leases } from '@cached-llm/core/store';
import type { RedisClientType } from '@keyv/redis';
import { RedisRefusedError } from './redis-errors.ts';
import type { RedisServers } from './redis-servers.ts';

/** Every text of a lease starts with it, so a scan takes none for a row, whatever its token is. */
const MARK = 'lease ';

/** Compare and change in one step, so that no other process comes in between. One script serves many leases of one server. */
const TAKE = `local holders = {}
for index, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if not holder or holder == ARGV[1] then
    redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
    holder = ARGV[1]
  end
  holders[index] = holder
end
return holders`;
const RELEASE = `for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('UNLINK', key) end
end`;

/** The rows of leases on one server, and what is done to them. */
interface Claim {
  readonly keys: readonly string[];
  readonly text: string;
  readonly milliseconds: number;
}

/** One change of leases, as a Lua script and as single commands for one of them. */
interface LeaseChange {
  readonly script: string;
  readonly inSteps: (client: RedisClientType, key: string, claim: Claim) => Promise<unknown>;
}

function claimOf(keys: readonly string[], token: string, milliseconds: number): Claim {
  const text = MARK + token;
  const life = Math.max(1, Math.ceil(milliseconds));
  return { keys: keys.map((key) => `${key}:lease`), text, milliseconds: life };
}

/** Between two commands a lease may end and go to another process. At worst, two processes lead. */
async function takeInSteps(client: RedisClientType, key: string, claim: Claim): Promise<string> {
  const { text, milliseconds } = claim;
  const isTaken = (await client.set(key, text, { PX: milliseconds, condition: 'NX' })) !== null;
  const holder = isTaken ? text : await client.get(key);
  if (!isTaken && holder === text) await client.pExpire(key, milliseconds);
  return holder ?? takeInSteps(client, key, claim); // the lease ended between the two commands
}

async function releaseInSteps(client: RedisClientType, key: string, { text }: Claim) {
  return (await client.get(key)) === text ? client.unlink(key) : undefined;
}

function isForbidden(error: unknown): boolean {
  return error instanceof RedisRefusedError && /^(NOPERM|UNKNOWN_COMMAND)$/.test(error.code);
}

/** Leases are rows that expire by themselves, each beside its entry's row. */
export class RedisLeases implements Leases {
  readonly #servers: RedisServers;
  /** True until the server refuses a script of this user. */
  #mayScript = true;

  constructor(servers: RedisServers) {
    this.#servers = servers;
  }

  /** Where some servers of a cluster do not answer, nobody is waited for: their leases count as taken by `token`. */
  async take(
    keys: readonly string[],
    token: string,
    milliseconds: number,
  ): Promise<readonly string[]> {
    const claim = claimOf(keys, token, milliseconds);
    const { replies, faults } = await this.#change(claim, { script: TAKE, inSteps: takeInSteps });
    if (replies.size === 0 && faults.length > 0) throw faults[0];
    return claim.keys.map((key) => {
      const holder = String(replies.get(key) ?? claim.text);
      return holder.startsWith(MARK) ? holder.slice(MARK.length) : holder;
    });
  }

  async release(keys: readonly string[], token: string): Promise<void> {
    const change = { script: RELEASE, inSteps: releaseInSteps };
    const { faults } = await this.#change(claimOf(keys, token, 1), change);
    if (faults.length > 0) throw faults[0];
  }

  /** Changes leases with one command for each hash slot; on one server, with one for all. */
  async #change(claim: Claim, change: LeaseChange) {
    const replies = new Map<string, unknown>();
    const faults: unknown[] = [];
    const groups = this.#servers.groupsOf(claim.keys).map(async (keys) => {
      const found = await this.#changeTogether({ ...claim, keys }, change);
      for (const [index, key] of keys.entries()) replies.set(key, found[index]);
    });
    for (const group of await Promise.allSettled(groups)) {
      if (group.status === 'rejected') faults.push(group.reason);
    }
    return { replies, faults };
  }

  async #changeTogether(
    claim: Claim,
    { script, inSteps }: LeaseChange,
  ): Promise<readonly unknown[]> {
    const { keys, text, milliseconds } = claim;
    const [first = ''] = keys;
    const call = { keys: [...keys], arguments: [text, `${milliseconds}`] };
    try {
      if (this.#mayScript) {
        const replies: unknown = await this.#servers.send(first, (client) =>
          client.eval(script, call),
        );
        return Array.isArray(replies) ? replies : [];
      }
    } catch (error) {
      if (!isForbidden(error)) throw error;
      this.#mayScript = false;
    }
    const each = (key: string) => this.#servers.send(key, (client) => inSteps(client, key, claim));
    return Promise.all(keys.map(each));
  }
}
