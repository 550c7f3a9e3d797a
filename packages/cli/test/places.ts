import { join } from 'node:path';
import {
  type CacheOptions,
  createLlmCache,
  type LlmCache,
  openStore,
  type Store,
} from '@cached-llm/core';
import {
  type RedisServer,
  startRedis,
  type TemporaryFolder,
  temporaryFolder,
} from '@cached-llm/testing';
import { type Circumstances, program, type Said } from './program.ts';

export const KINDS = ['SQLite', 'Redis'] as const;
export type Kind = (typeof KINDS)[number];

/** A store of its own, as far as it can tell: a file, or a namespace of a server. */
export class Place {
  readonly url: string;
  readonly namespace: string;

  constructor(url: string, namespace: string) {
    this.url = url;
    this.namespace = namespace;
  }

  /** Runs the program on this place. */
  run(line: string, circumstances: Circumstances = {}): Promise<Said> {
    const own = ['--store', this.url, '--namespace', this.namespace];
    return program([...line.split(' '), ...own], circumstances);
  }

  /** What it says to machines. */
  async json(line: string, circumstances: Circumstances = {}): Promise<any[]> {
    const { out } = await this.run(`${line} --json`, circumstances);
    const lines = out.split('\n').filter((text) => text !== '');
    return lines.map((text) => JSON.parse(text));
  }

  /** The rows themselves, past any cache. */
  async useStore(use: (store: Store) => Promise<void>): Promise<void> {
    const store = openStore(this.url);
    await use(store);
    await store.disconnect?.();
  }

  async use<Result>(use: (cache: LlmCache) => Promise<Result>, options: CacheOptions = {}) {
    const { url: store, namespace } = this;
    const cache = createLlmCache({ storeTimeout: '30s', ...options, store, namespace });
    try {
      return await use(cache);
    } finally {
      await cache.close();
    }
  }
}

/** Real stores, for as long as a suite runs. */
export class Places {
  readonly folder: TemporaryFolder;
  readonly redis: RedisServer;
  #count = 0;

  constructor(folder: TemporaryFolder, redis: RedisServer) {
    this.folder = folder;
    this.redis = redis;
  }

  static async open(): Promise<Places> {
    return new Places(await temporaryFolder(), await startRedis());
  }

  /** One that is empty. */
  next(kind: Kind): Place {
    this.#count += 1;
    const name = `place-${this.#count}`;
    const file = `sqlite:${this.path(`${name}.db`)}`;
    return new Place(kind === 'Redis' ? this.redis.url : file, name);
  }

  path(name: string): string {
    return join(this.folder.path, name);
  }

  async close(): Promise<void> {
    await this.redis.stop();
    await this.folder.remove();
  }
}
