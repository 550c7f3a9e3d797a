import type { Leases } from '@cached-llm/core/store';
import type { RedisClientType } from '@keyv/redis';
import { RedisRefusedError } from './redis-errors.ts';
import type { RedisServers } from './redis-servers.ts';

/** Every text of a lease starts with it, so a scan takes none for a row, whatever its token is. */
const MARK = 'lease ';

/** Compare and change in one step, so that no other process comes in between. */
const TAKE = `local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`;
const RELEASE = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1])`;

interface Claim {
  readonly key: string;
  readonly text: string;
  readonly milliseconds: number;
}

/** One change of a lease, as a Lua script and as single commands. */
interface LeaseChange {
  readonly script: string;
  readonly inSteps: (client: RedisClientType, claim: Claim) => Promise<unknown>;
}

function claimOf(key: string, token: string, milliseconds: number): Claim {
  const text = MARK + token;
  return { key: `${key}:lease`, text, milliseconds: Math.max(1, Math.ceil(milliseconds)) };
}

/** Between two commands a lease may end and go to another process. At worst, two processes lead. */
async function takeInSteps(client: RedisClientType, claim: Claim): Promise<string> {
  const { key, text, milliseconds } = claim;
  const isTaken = (await client.set(key, text, { PX: milliseconds, condition: 'NX' })) !== null;
  const holder = isTaken ? text : await client.get(key);
  if (!isTaken && holder === text) await client.pExpire(key, milliseconds);
  return holder ?? takeInSteps(client, claim); // the lease ended between the two commands
}

async function releaseInSteps(client: RedisClientType, { key, text }: Claim): Promise<unknown> {
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

  async take(key: string, token: string, milliseconds: number): Promise<string> {
    const claim = claimOf(key, token, milliseconds);
    const holder = String(await this.#change(claim, { script: TAKE, inSteps: takeInSteps }));
    return holder.startsWith(MARK) ? holder.slice(MARK.length) : holder;
  }

  async release(key: string, token: string): Promise<void> {
    await this.#change(claimOf(key, token, 1), { script: RELEASE, inSteps: releaseInSteps });
  }

  async #change(claim: Claim, { script, inSteps }: LeaseChange): Promise<unknown> {
    const { key, text, milliseconds } = claim;
    const call = { keys: [key], arguments: [text, `${milliseconds}`] };
    try {
      if (this.#mayScript)
        return await this.#servers.send(key, (client) => client.eval(script, call));
    } catch (error) {
      if (!isForbidden(error)) throw error;
      this.#mayScript = false;
    }
    return this.#servers.send(key, (client) => inSteps(client, claim));
  }
}
