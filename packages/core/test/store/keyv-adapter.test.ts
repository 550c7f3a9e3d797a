import { EventEmitter } from 'node:events';
import { until } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Keyv } from 'keyv';
import { cachedLlmCall } from '../../src/index.ts';
import type { Store } from '../../src/store.ts';
import { closeTrials, startTrial } from '../trial.ts';

afterEach(closeTrials);

/** What reading a stored text gives. */
type Read = (text: string) => unknown;

/** An adapter of Keyv over a Map. As @keyv/memcache does, it reads a row where nobody catches what is thrown. */
class Adapter extends EventEmitter implements Store {
  readonly opts = {};
  readonly namespace = undefined;
  readonly rows = new Map<string, string>();
  readonly #read: Read;

  constructor(read: Read) {
    super();
    this.#read = read;
  }

  get(key: string): Promise<unknown> {
    return new Promise((resolve) => {
      setImmediate(() => {
        const text = this.rows.get(key);
        resolve(text === undefined ? { value: undefined, expires: 0 } : this.#read(text));
      });
    });
  }

  async set(key: string, value: string) {
    this.rows.set(key, value);
  }

  async delete(key: string) {
    return this.rows.delete(key);
  }

  async clear() {
    this.rows.clear();
  }
}

const ADAPTERS: readonly (readonly [string, Read])[] = [
  ['parses what it reads', (text) => JSON.parse(text)],
  ['returns what it was given', (text) => text],
];

describe.each(ADAPTERS)('an adapter of Keyv without its Keyv that %s', (_name, read) => {
  test.each([
    ['plain', undefined],
    ['encrypted', 'a secret of more than thirty-two characters'],
  ])('stores %s answers as a Keyv around it does', async (_form, secret) => {
    const store = new Adapter(read);
    const run = async (given: Store) => {
      const { cache, story } = startTrial({ store: given, ttl: '1h', secret });
      const ask = cachedLlmCall(async (question: string) => `answer to ${question}`, {
        ...{ cache, provider: 'p', version: '1' },
      });
      expect(await ask('q')).toBe('answer to q');
      await until('The answer is served or stored', () => /hit|stored/.test(story().join()));
      return { story: story(), ask };
    };
    const first = await run(store);
    expect(first.story).toEqual(['miss', 'stored']);
    expect((await run(store)).story).toEqual(['hit']);
    const keyv = new Keyv({ store, useKeyPrefix: false });
    expect((await run(keyv as Store)).story).toEqual(['hit']);
    expect(await first.ask.invalidate('q')).toBe(true);
    expect((await run(store)).story).toEqual(['miss', 'stored']);
  });
});
