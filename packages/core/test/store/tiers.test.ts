import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { MemoryStore, type Store } from '../../src/store.ts';
import { QUESTION, startProvider } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const SECOND = 1_000;

/** Stands for a store across a network. It counts reads, and can be away. */
class L2Store implements Store {
  readonly rows = new Map<string, string>();
  reads = 0;
  isAway = false;

  async get(key: string) {
    this.#answer();
    this.reads += 1;
    return this.rows.get(key);
  }

  async getMany(keys: string[]) {
    this.#answer();
    this.reads += 1;
    return keys.map((key) => this.rows.get(key));
  }

  async set(key: string, value: string) {
    this.#answer();
    this.rows.set(key, value);
    return true;
  }

  async delete(key: string) {
    this.#answer();
    return this.rows.delete(key);
  }

  #answer(): void {
    if (this.isAway) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
  }
}

function startTiers(l2 = new L2Store()) {
  const trial = startTrial({ tiers: ['memory:', l2] });
  const provider = startProvider();
  const ask = cachedLlmCall(provider.ask, { cache: trial.cache, provider: 'p', tags: ['t'] });
  return { ...trial, l2, ask, calls: provider.calls };
}

describe('memory before a store', () => {
  test('serves a row that was just written without asking L2, and asks L2 a second later', async () => {
    const { ask, l2, clock } = startTiers();
    await ask(QUESTION);
    await settled();
    const before = l2.reads;
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    expect(l2.reads).toBe(before);
    clock.advance(SECOND);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
    expect(l2.reads).toBe(before + 1);
  });

  test('asks L2 again where the clock is set back', async () => {
    const { ask, l2, clock } = startTiers();
    await ask(QUESTION);
    await settled();
    const before = l2.reads;
    clock.advance(-3_600 * SECOND);
    await ask(QUESTION);
    expect(l2.reads).toBe(before + 1);
    await ask(QUESTION);
    expect(l2.reads).toBe(before + 1); // the row is trusted for a second of the new time
  });

  test('serves an entry of another process only for as long as it is fresh', async () => {
    const one = startTiers();
    await one.ask(QUESTION);
    await settled();
    const other = startTiers(one.l2);
    expect(await other.ask(QUESTION)).toEqual({ text: 'answer 1' });
    other.clock.advance(7 * 86_400 * SECOND);
    one.l2.isAway = true;
    await other.ask(QUESTION);
    await settled();
    const answers = other.story().filter((name) => !/^(store|breaker)-/.test(name));
    expect(answers).toEqual(['hit', 'miss', 'not-admitted']);
  });

  test('writes to both tiers', async () => {
    const { ask, l2 } = startTiers();
    await ask(QUESTION);
    await settled();
    const entries = [...l2.rows.keys()].filter((key) => !key.includes(':tag:'));
    expect(entries).toEqual([ask.keyOf(QUESTION)]);
  });

  test.each([
    ['a key', (key: string) => ({ key })],
    ['a tag', () => ({ tag: 't' })],
    ['a provider', () => ({ provider: 'p' })],
    ['the namespace', () => ({ namespace: true as const })],
  ])('invalidates %s in both tiers', async (_what, selection) => {
    const { ask, cache, l2 } = startTiers();
    await ask(QUESTION);
    await settled();
    expect(await cache.invalidate(selection(ask.keyOf(QUESTION) ?? ''))).toBe(true);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
    await settled();
    expect(await startTiers(l2).ask(QUESTION)).toEqual({ text: 'answer 2' });
  });

  test('sees an invalidation by another process within a second', async () => {
    const one = startTiers();
    await one.ask(QUESTION);
    await settled();
    const other = startTiers(one.l2);
    await other.ask(QUESTION);
    await one.cache.invalidate({ tag: 't' });
    other.clock.advance(SECOND);
    expect(await other.ask(QUESTION)).toEqual({ text: 'answer 1' }); // the answer of its own provider
    expect(other.calls).toHaveLength(1);
  });

  test('serves its rows while L2 is away, also those that are written meanwhile', async () => {
    const { ask, l2, clock, calls } = startTiers();
    await ask(QUESTION);
    await settled();
    l2.isAway = true;
    for (let minute = 0; minute < 10; minute += 1) {
      clock.advance(60 * SECOND);
      expect(await ask(QUESTION)).toEqual({ text: 'answer 1' });
      await ask({ prompt: 'asked during the outage' });
    }
    expect(calls).toHaveLength(2);
    l2.isAway = false;
    clock.advance(60 * SECOND);
    await ask(QUESTION); // starts the probe
    await settled();
    await ask(QUESTION);
    expect(calls).toHaveLength(2);
  });

  test('never serves an entry again that was invalidated during an outage', async () => {
    const { ask, cache, l2, clock, calls } = startTiers();
    await ask(QUESTION);
    await settled();
    l2.isAway = true;
    expect(await cache.invalidate({ tag: 't' })).toBe(false);
    await ask(QUESTION);
    expect(calls).toHaveLength(2);
    l2.isAway = false;
    clock.advance(60 * SECOND);
    for (const _turn of [1, 2]) {
      expect(await ask(QUESTION)).toEqual({ text: expect.not.stringContaining('answer 1') });
      await settled();
    }
  });
});

describe('tiers', () => {
  const l2 = new L2Store();

  test.each([
    ['one store', ['memory:']],
    ['three stores', ['memory:', l2, l2]],
    ['no memory', [l2, l2]],
    ['memory twice', ['memory:', new MemoryStore()]],
    ['no list', 'memory:'],
  ])('are refused where they are %s', (_what, tiers) => {
    expect(() => createLlmCache({ tiers: tiers as never })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining("Write tiers: ['memory:', store]"),
      }),
    );
  });

  test('are refused beside a store', () => {
    expect(() => createLlmCache({ store: l2, tiers: ['memory:', l2] })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
