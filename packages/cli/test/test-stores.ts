import { join } from 'node:path';
import { type CacheOptions, createLlmCache, type LlmCache } from '@cached-llm/core';
import { openStore, type Store } from '@cached-llm/core/store';
import {
  type RedisServer,
  startRedis,
  type TemporaryFolder,
  temporaryFolder,
} from '@cached-llm/testing';
import { type Printed, program, type RunOptions } from './program.ts';

export const KINDS = ['SQLite', 'Redis'] as const;
export type Kind = (typeof KINDS)[number];

/** A store for one test: a file, or a namespace of a Redis server. */
export class TestStore {
  url: string;
  namespace: string;

  constructor(url: string, namespace: string) {
    this.url = url;
    this.namespace = namespace;
  }

  /** Runs the program on this store. */
  run(line: string, options: RunOptions = {}): Promise<Printed> {
    const own = ['--store', this.url, '--namespace', this.namespace];
    return program([...line.split(' '), ...own], options);
  }

  /** Runs the program with `--json`, and returns the parsed lines. */
  async json(line: string, options: RunOptions = {}): Promise<any[]> {
    const { out } = await this.run(`${line} --json`, options);
    const lines = out.split('\n').filter((text) => text !== '');
    return lines.map((text) => JSON.parse(text));
  }

  /** Uses the rows themselves, without a cache. */
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

/** A folder for SQLite files and a Redis server, for the tests of one file. */
export class TestStores {
  folder!: TemporaryFolder;
  redis!: RedisServer;
  #count = 0;

  static async open(): Promise<TestStores> {
    const stores = new TestStores();
    await stores.start();
    return stores;
  }

  async start(): Promise<void> {
    this.folder = await temporaryFolder();
    this.redis = await startRedis();
  }

  /** A new, empty store. */
  next(kind: Kind): TestStore {
    this.#count += 1;
    const name = `store-${this.#count}`;
    const file = `sqlite:${this.path(`${name}.db`)}`;
    return new TestStore(kind === 'Redis' ? this.redis.url : file, name);
  }

  path(name: string): string {
    return join(this.folder.path, name);
  }

  async close(): Promise<void> {
    await this.redis.stop();
    await this.folder.remove();
  }
}
