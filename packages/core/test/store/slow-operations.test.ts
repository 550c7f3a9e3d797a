import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import type { NewRow, Store } from '../../src/store.ts';
import { closedGate } from '../flight/gate.ts';
import { startTrial } from '../trial.ts';

/** Rows in a Map. Each operation waits for a pause. */
class PausingStore implements Store {
  readonly rows = new Map<string, string>();
  readonly #pauseToRead: () => Promise<unknown>;
  readonly #pauseToWrite: () => Promise<unknown>;

  constructor(pauseToRead: () => Promise<unknown>, pauseToWrite = pauseToRead) {
    this.#pauseToRead = pauseToRead;
    this.#pauseToWrite = pauseToWrite;
  }

  async get(key: string): Promise<string | undefined> {
    await this.#pauseToRead();
    return this.rows.get(key);
  }

  async set(key: string, value: string): Promise<boolean> {
    await this.#pauseToWrite();
    this.rows.set(key, value);
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.rows.delete(key);
  }
}

/** A pool as database clients have one: further operations wait inside of the client. */
function poolOf(size: number, milliseconds: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let free = size;
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((next) => waiting.push(next));
    await delay(milliseconds);
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
}

const questions = (count: number) => Array.from({ length: count }, (_, number) => `q${number}`);

function startAsking(store: Store, storeTimeout: number) {
  const trial = startTrial({ store, storeTimeout });
  const calls: string[] = [];
  const ask = cachedLlmCall(
    async (question: string) => {
      calls.push(question);
      return question;
    },
    { cache: trial.cache, provider: 'p' },
  );
  const count = (name: string) => trial.story().filter((each) => each === name).length;
  return { ...trial, ask, calls, count };
}

describe('a store without operations for many rows', () => {
  test('stores an answer where each operation ends in time, and three of them would not', async () => {
    const { ask, story } = startAsking(new PausingStore(() => delay(20)), 50);
    await ask('q');
    await until('The answer is stored', () => story().length === 2);
    expect(story()).toEqual(['miss', 'stored']);
  });

  test('stores a burst of answers over a small pool of connections', async () => {
    const { ask, count } = startAsking(new PausingStore(poolOf(10, 2)), 100);
    await Promise.all(questions(300).map((question) => ask(question)));
    await until('All is stored', () => count('stored') + count('not-admitted') === 300);
    expect([count('stored'), count('breaker-open')]).toEqual([300, 0]);
  });

  test('stores a burst of answers also where it writes one after the other', async () => {
    const [pauseToRead, pauseToWrite] = [poolOf(100, 1), poolOf(1, 2)];
    const { ask, count } = startAsking(new PausingStore(pauseToRead, pauseToWrite), 20);
    await Promise.all(questions(200).map((question) => ask(question)));
    await until('All is decided', () => count('stored') + count('not-admitted') === 200);
    expect([count('stored'), count('breaker-open')]).toEqual([200, 0]);
  });

  test('that loses what it accepts is reported once, with a remedy', async () => {
    const store: Store = { get: async () => ({}), set: async () => true, delete: async () => true };
    const { ask, events, count } = startAsking(store, 100);
    for (const question of questions(3)) await ask(question);
    await until('All is decided', () => count('not-admitted') === 3);
    const errors = events.filter(({ name }) => name === 'store-error');
    expect(errors.map(({ event }) => event)).toEqual([
      {
        operation: 'set',
        reason: expect.stringMatching(/^ROWS_LOST: .*new Keyv\(\{ store: adapter \}\)/),
        isPermanent: true,
      },
    ]);
  });
});

describe('states that the store accepts late', () => {
  function startLate() {
    const gate = closedGate();
    const store = new PausingStore(async () => {});
    const added: (readonly NewRow[])[] = [];
    const add = async (rows: readonly NewRow[]) => {
      added.push(rows);
      await gate.opened;
      for (const { key, value } of rows) {
        if (!store.rows.has(key)) store.rows.set(key, value);
      }
      return rows.map(({ key }) => store.rows.get(key));
    };
    const atomic = { add, replace: async () => false };
    return { store, gate, added, ...startAsking(Object.assign(store, { atomic }), 10) };
  }

  test('delay no call, and its answer is stored all the same', async () => {
    const { ask, calls, gate, count } = startLate();
    const { info } = await ask.withInfo('q');
    expect([info.stored, calls]).toEqual([false, ['q']]);
    gate.open();
    await until('The answer is stored', () => count('stored') === 1);
    expect(await ask('q')).toBe('q');
    expect(calls).toHaveLength(1);
  });

  test('count only where this process has made them', async () => {
    const { ask, added, store, gate, count } = startLate();
    await ask('q');
    const [{ key = '' } = {}] = added.flat();
    store.rows.set(key, JSON.stringify({ generation: 'of another process' }));
    gate.open();
    await until('It is decided', () => count('not-admitted') === 1);
    expect(count('stored')).toBe(0);
  });

  test('are added in operations of a bounded size, one after the other', async () => {
    const { ask, added, gate, count } = startLate();
    await Promise.all(questions(1_200).map((question) => ask(question)));
    gate.open();
    await until('All is stored', () => count('stored') === 1_200);
    const largest = Math.max(...added.map(({ length }) => length));
    expect([largest, count('breaker-open')]).toEqual([500, 0]);
  });
});
