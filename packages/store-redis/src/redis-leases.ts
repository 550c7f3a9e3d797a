import type { Leases } from '@cached-llm/core';
import type { RedisClientType } from '@keyv/redis';
import { RedisRefusedError } from './redis-refused-error.ts';
import type { RedisServers } from './redis-servers.ts';

/** A lease is no row of ours to a scan, whatever its token is. */
const MARK = 'lease ';

/** Compares and changes in one step, so that no other process comes in between. */
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

interface Way {
  readonly script: string;
  readonly steps: (client: RedisClientType, claim: Claim) => Promise<unknown>;
}

function claimOf(key: string, token: string, milliseconds: number): Claim {
  const text = MARK + token;
  return { key: `${key}:lease`, text, milliseconds: Math.max(1, Math.ceil(milliseconds)) };
}

/** In two steps: in between, a lease may end and go to another. The worst is that two lead. */
async function takeInSteps(client: RedisClientType, claim: Claim): Promise<string> {
  const { key, text, milliseconds } = claim;
  const isTaken = (await client.set(key, text, { PX: milliseconds, condition: 'NX' })) !== null;
  const holder = isTaken ? text : await client.get(key);
  if (!isTaken && holder === text) await client.pExpire(key, milliseconds);
  return holder ?? takeInSteps(client, claim); // it ended just now
}

async function releaseInSteps(client: RedisClientType, { key, text }: Claim): Promise<unknown> {
  return (await client.get(key)) === text ? client.unlink(key) : undefined;
}

function isForbidden(error: unknown): boolean {
  return error instanceof RedisRefusedError && /^(NOPERM|UNKNOWN_COMMAND)$/.test(error.code);
}

/** Leases as rows that end by themselves, beside the entries'. */
export class RedisLeases implements Leases {
  readonly #servers: RedisServers;
  /** Until the server says that this user may not. */
  #mayScript = true;

  constructor(servers: RedisServers) {
    this.#servers = servers;
  }

  async take(key: string, token: string, milliseconds: number): Promise<string> {
    const claim = claimOf(key, token, milliseconds);
    const holder = String(await this.#ask(claim, { script: TAKE, steps: takeInSteps }));
    return holder.startsWith(MARK) ? holder.slice(MARK.length) : holder;
  }

  async release(key: string, token: string): Promise<void> {
    await this.#ask(claimOf(key, token, 1), { script: RELEASE, steps: releaseInSteps });
  }

  async #ask(claim: Claim, { script, steps }: Way): Promise<unknown> {
    const { key, text, milliseconds } = claim;
    const call = { keys: [key], arguments: [text, `${milliseconds}`] };
    try {
      if (this.#mayScript)
        return await this.#servers.ask(key, (client) => client.eval(script, call));
    } catch (error) {
      if (!isForbidden(error)) throw error;
      this.#mayScript = false;
    }
    return this.#servers.ask(key, (client) => steps(client, claim));
  }
}
