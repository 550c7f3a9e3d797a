import { startDeadline } from '@cached-llm/core/store';
import type { RedisClientType } from '@keyv/redis';
import { ClusterTopology, type Redirection } from './cluster-topology.ts';
import { groupBySlot, hashSlot } from './hash-slot.ts';
import { createRedisClient } from './redis-client.ts';
import { RedisRefusedError, RedisUnavailableError } from './redis-errors.ts';
import { type Command, mget, type RedisServers, type Texts } from './redis-servers.ts';
import type { RedisSettings } from './redis-store-options.ts';
import type { SingleServer } from './single-server.ts';

/** More redirections in a row mean that the nodes disagree with each other. */
const MOST_REDIRECTIONS = 5;
const REDIRECTION = /^(MOVED|ASK) (\d+) (.*):(\d+)$/;

interface Attempt<Reply> {
  readonly key: string;
  readonly command: Command<Reply>;
  readonly redirections: number;
}

function redirectionIn(error: unknown): Redirection | undefined {
  if (!(error instanceof RedisRefusedError) || !(error.cause instanceof Error)) return undefined;
  const [, kind, slot, host = '', port] = REDIRECTION.exec(error.cause.message) ?? [];
  if (kind !== 'MOVED' && kind !== 'ASK') return undefined;
  return { kind, slot: Number(slot), address: { host, port: Number(port) } };
}

/** ASKING lets the next command in on a node that does not have the slot yet. */
function afterAsking<Reply>(command: Command<Reply>): Command<Reply> {
  return (client) => {
    client.sendCommand(['ASKING']).catch(() => {}); // the command fails as well
    return command(client);
  };
}

/** Rows are spread over the masters of a Redis Cluster. A master that is lost takes its own rows along, and no others. */
export class ClusterServers implements RedisServers {
  readonly client: RedisClientType;
  readonly #topology: ClusterTopology;
  readonly #opening: Promise<void>;
  #isOpen = false;

  constructor(settings: RedisSettings, onFault: (fault: RedisUnavailableError) => void) {
    this.client = createRedisClient(settings);
    this.#topology = new ClusterTopology(settings, onFault);
    const timeout = new Promise<void>((resolve) => startDeadline(settings.connectTimeout, resolve));
    this.#opening = Promise.race([this.#topology.refresh(), timeout]).then(() => {
      this.#isOpen = true;
    });
  }

  async send<Reply>(key: string, command: Command<Reply>): Promise<Reply> {
    if (!this.#isOpen) await this.#opening;
    const owner = this.#topology.ownerOf(hashSlot(key));
    return this.#sendTo(owner, { key, command, redirections: 0 });
  }

  /** Sends one command for each slot; those for one node go out together, in one write. */
  async mget(keys: readonly string[]): Promise<Texts> {
    const found = new Map<string, string | null>();
    const replies = groupBySlot(keys).map(async (group) => {
      const texts = await this.#readGroup(group);
      for (const [index, key] of group.entries()) found.set(key, texts[index] ?? null);
    });
    await Promise.all(replies);
    return keys.map((key) => found.get(key) ?? null);
  }

  groupsOf(keys: readonly string[]): readonly (readonly string[])[] {
    return groupBySlot(keys);
  }

  /** While a slot moves, its rows are on two nodes, and one command cannot name rows of both. */
  async #readGroup(group: readonly string[]): Promise<Texts> {
    try {
      return await this.send(group[0] ?? '', mget(group));
    } catch (error) {
      if (!(error instanceof RedisRefusedError && error.code === 'TRYAGAIN')) throw error;
      const texts = group.map(async (key) => (await this.send(key, mget([key])))[0] ?? null);
      return Promise.all(texts);
    }
  }

  async masters(): Promise<readonly RedisServers[]> {
    if (!this.#isOpen) await this.#opening;
    return this.#topology.masters;
  }

  close(): Promise<void> {
    return this.#topology.close();
  }

  async #sendTo<Reply>(server: SingleServer, attempt: Attempt<Reply>): Promise<Reply> {
    const { key, command, redirections } = attempt;
    try {
      return await server.send(key, command);
    } catch (error) {
      const redirection = redirections < MOST_REDIRECTIONS ? redirectionIn(error) : undefined;
      if (redirection === undefined) throw this.#faultOf(error);
      const next = redirection.kind === 'ASK' ? afterAsking(command) : command;
      const again = { key, command: next, redirections: redirections + 1 };
      return this.#sendTo(this.#topology.follow(redirection, server), again);
    }
  }

  #faultOf(error: unknown): unknown {
    return error instanceof RedisUnavailableError ? this.#topology.partial(error) : error;
  }
}
