import { setTimeout as delay } from 'node:timers/promises';
import type { RedisClientType } from '@keyv/redis';
import { ClusterTopology } from './cluster-topology.ts';
import { keySlot } from './hash-slot.ts';
import { keysBySlot } from './keys-by-slot.ts';
import { redirectionIn } from './redirection.ts';
import { createRedisClient } from './redis-client.ts';
import { RedisUnavailableError } from './redis-errors.ts';
import type { Command, RedisServers } from './redis-servers.ts';
import type { RedisSettings } from './resolve-options.ts';
import type { SingleServer } from './single-server.ts';
import { type Texts, textsUnder } from './texts-under.ts';

/** More in a row mean a cluster that does not agree with itself. */
const MOST_REDIRECTIONS = 5;

interface Question<Answer> {
  readonly key: string;
  readonly command: Command<Answer>;
  readonly redirections: number;
}

/** Lets the next command in, on a node that does not have the slot yet. */
function asking<Answer>(command: Command<Answer>): Command<Answer> {
  return (client) => {
    client.sendCommand(['ASKING']).catch(() => {}); // the command fails as well
    return command(client);
  };
}

/** Rows are spread over the masters of a Redis Cluster. One that is lost takes its own rows along, and no others. */
export class ClusterServers implements RedisServers {
  readonly client: RedisClientType;
  readonly #topology: ClusterTopology;
  readonly #opening: Promise<void>;
  #isOpen = false;

  constructor(settings: RedisSettings, report: (fault: RedisUnavailableError) => void) {
    this.client = createRedisClient(settings);
    this.#topology = new ClusterTopology(settings, report);
    const patience = delay(settings.connectTimeout, undefined, { ref: false });
    this.#opening = Promise.race([this.#topology.refresh(), patience]).then(() => {
      this.#isOpen = true;
    });
  }

  async ask<Answer>(key: string, command: Command<Answer>): Promise<Answer> {
    if (!this.#isOpen) await this.#opening;
    const owner = this.#topology.ownerOf(keySlot(key));
    return this.#askAt(owner, { key, command, redirections: 0 });
  }

  /** Each server's share goes out at once, in one write; one command may name keys of one slot only. */
  async texts(keys: readonly string[]): Promise<Texts> {
    const found = new Map<string, string | null>();
    const asked = keysBySlot(keys).map(async ([first, ...others]) => {
      const group = [first, ...others];
      const texts = await this.ask(first, textsUnder(group));
      for (const [index, key] of group.entries()) found.set(key, texts[index] ?? null);
    });
    await Promise.all(asked);
    return keys.map((key) => found.get(key) ?? null);
  }

  async masters(): Promise<readonly RedisServers[]> {
    if (!this.#isOpen) await this.#opening;
    return this.#topology.masters;
  }

  close(): Promise<void> {
    return this.#topology.close();
  }

  async #askAt<Answer>(server: SingleServer, question: Question<Answer>): Promise<Answer> {
    const { key, command, redirections } = question;
    try {
      return await server.ask(key, command);
    } catch (error) {
      const next = redirections < MOST_REDIRECTIONS ? redirectionIn(error) : undefined;
      if (next === undefined) throw this.#faultOf(error);
      const wrapped = next.kind === 'ASK' ? asking(command) : command;
      const again = { key, command: wrapped, redirections: redirections + 1 };
      return this.#askAt(this.#topology.follow(next, server), again);
    }
  }

  #faultOf(error: unknown): unknown {
    return error instanceof RedisUnavailableError ? this.#topology.partial(error) : error;
  }
}
