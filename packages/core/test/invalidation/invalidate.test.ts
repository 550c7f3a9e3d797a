import { describe, expect, test } from '@jest/globals';
import {
  type CacheOptions,
  cachedLlmCall,
  createLlmCache,
  type Selection,
} from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { closedGate } from '../flight/gate.ts';
import { QUESTION, type Question, startProvider } from '../provider.ts';
import { SlowStore } from '../store/slow-store.ts';
import { settled, startTrial } from '../trial.ts';

const ASKED: Question = { prompt: 'p', model: 'gpt-5' };
const EVERY_SELECTION: readonly (readonly [string, Selection])[] = [
  ['tag', { tag: 'prompts' }],
  ['model', { model: 'gpt-5' }],
  ['provider', { provider: 'openai' }],
  ['namespace', { namespace: true }],
];

/** A call of a provider that has the tag, the model and the provider of {@link EVERY_SELECTION}. */
function startAsk(options: CacheOptions = {}) {
  const trial = startTrial(options);
  const provider = startProvider();
  const { cache } = trial;
  const ask = cachedLlmCall(provider.ask, { cache, provider: 'openai', tags: ['prompts'] });
  return { ...trial, provider, ask };
}

/** The same call, whose first `waiting` answers wait for the gate. Each answer is the number of its call. */
function startGated(waiting = Number.POSITIVE_INFINITY) {
  const { cache } = startTrial();
  const gate = closedGate();
  const provider = { calls: 0 };
  async function slow(_question: Question) {
    const call = ++provider.calls;
    if (call <= waiting) await gate.opened;
    return call;
  }
  const ask = cachedLlmCall(slow, { cache, provider: 'openai', tags: ['prompts'] });
  return { cache, gate, provider, ask };
}

describe('invalidate', () => {
  test('by request makes the next call ask the provider again', async () => {
    const { ask, story } = startAsk();
    await ask(QUESTION);
    expect(await ask.invalidate(QUESTION)).toBe(true);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored']);
  });

  test('by request leaves the entries of other requests and other scopes', async () => {
    const { provider, ask } = startAsk();
    await ask(QUESTION);
    await ask({ prompt: 'other' });
    await ask.with({ scope: 'a' })(QUESTION);
    await ask.invalidate(QUESTION);
    await ask({ prompt: 'other' });
    await ask.with({ scope: 'a' })(QUESTION);
    expect(provider.calls).toHaveLength(3);
  });

  test('by key makes the next call ask the provider again', async () => {
    const { cache, provider, ask } = startAsk();
    const { info } = await ask.withInfo(QUESTION);
    await cache.invalidate({ key: info.key ?? '' });
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test.each(EVERY_SELECTION)(
    'by %s makes the next call ask the provider again',
    async (_name, selection) => {
      const { cache } = startTrial();
      const provider = startProvider();
      const ask = cachedLlmCall(provider.ask, { cache, provider: 'openai', tags: ['prompts'] });
      await ask(ASKED);
      expect(await cache.invalidate(selection)).toBe(true);
      await ask(ASKED);
      expect(provider.calls).toHaveLength(2);
      await ask(ASKED);
      expect(provider.calls).toHaveLength(2);
    },
  );

  test.each([
    ['tag', { tag: 'gpt-5' }],
    ['model', { model: 'openai' }],
    ['provider', { provider: 'prompts' }],
  ] as const)(
    'by %s leaves entries that have the same name in another role',
    async (_name, selection) => {
      const { cache } = startTrial();
      const provider = startProvider();
      const ask = cachedLlmCall(provider.ask, { cache, provider: 'openai', tags: ['prompts'] });
      await ask(ASKED);
      await cache.invalidate(selection);
      await ask(ASKED);
      expect(provider.calls).toHaveLength(1);
    },
  );

  test('by a tag covers entries that another call stored with it', async () => {
    const { cache, provider, ask } = startAsk();
    await ask.with({ tags: ['nightly'] })(QUESTION);
    await cache.invalidate({ tag: 'nightly' });
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test('covers each time all entries that were stored before', async () => {
    const { cache, provider, ask } = startAsk();
    for (let round = 1; round <= 3; round++) {
      await ask(QUESTION);
      await ask(QUESTION);
      expect(provider.calls).toHaveLength(round);
      await cache.invalidate({ tag: 'prompts' });
    }
  });

  test('resolves to true for a request that bypasses the cache', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (_given: unknown) => 1, { cache });
    expect(await ask.invalidate(() => {})).toBe(true);
  });

  test('refuses a selection that selects nothing', async () => {
    const { cache } = startTrial();
    const nothing = {} as Selection; // a caller in JavaScript
    await expect(cache.invalidate(nothing)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(cache.expire(nothing)).rejects.toThrow('{ namespace: true }');
  });
});

/** Invalidates while a call waits for its answer, and asks again before the answer. */
async function invalidateInFlight(selection: (key: string) => Selection) {
  const { cache, gate, provider, ask } = startGated();
  const before = ask(ASKED);
  await settled();
  await cache.invalidate(selection(ask.keyOf(ASKED) ?? ''));
  const after = ask(ASKED);
  await settled();
  const callsBeforeAnswer = provider.calls;
  gate.open();
  await Promise.all([before, after]);
  await settled();
  return { ask, callsBeforeAnswer, provider };
}

describe('an invalidation while a call is under way', () => {
  const everySelection: readonly (readonly [string, (key: string) => Selection])[] = [
    ['key', (key) => ({ key })],
    ...EVERY_SELECTION.map(([name, selection]) => [name, () => selection] as const),
  ];

  test.each(everySelection)(
    'by %s starts a new call for requests that come after it',
    async (_name, selection) => {
      const { callsBeforeAnswer, ask, provider } = await invalidateInFlight(selection);
      expect(callsBeforeAnswer).toBe(2);
      await ask(ASKED);
      expect(provider.calls).toBe(2); // the answer to the later request is stored
    },
  );

  test.each(everySelection)(
    'by %s makes the answer of that call invalid',
    async (_name, selection) => {
      const { cache } = startTrial();
      const gate = closedGate();
      let calls = 0;
      async function slow(_question: Question) {
        calls += 1;
        if (calls === 1) await gate.opened;
        return calls;
      }
      const ask = cachedLlmCall(slow, { cache, provider: 'openai', tags: ['prompts'] });
      const under = ask(ASKED);
      await settled();
      await cache.invalidate(selection(ask.keyOf(ASKED) ?? ''));
      gate.open();
      expect(await under).toBe(1); // its own caller asked before the invalidation
      await settled();
      expect(await ask.peek(ASKED)).toBeUndefined();
      expect(await ask(ASKED)).toBe(2);
    },
  );

  test('lets calls of other tags join their flights', async () => {
    const { cache, gate, ask } = startGated();
    const first = ask(ASKED);
    await settled();
    await cache.invalidate({ tag: 'other' });
    const second = ask(ASKED);
    await settled();
    gate.open();
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    await settled();
    expect(await ask.peek(ASKED)).toBe(1);
  });

  test('does not let a hit that is being read renew the entry', async () => {
    const store = new SlowStore();
    store.open();
    const { clock, provider, ask } = startAsk({ store, ttl: '10m', renewOnHit: true });
    await ask(QUESTION);
    await settled();
    clock.advance(5 * 60_000);
    store.reading = closedGate();
    const hit = ask(QUESTION);
    await settled(); // the hit is still being read
    await ask.invalidate(QUESTION);
    store.reading.open();
    await hit;
    await settled();
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });
});

describe('an invalidation', () => {
  test('holds in this process when the store loses the row of the tag', async () => {
    const store = new MemoryStore();
    const { cache, provider, ask } = startAsk({ store });
    await ask(QUESTION);
    await cache.invalidate({ tag: 'prompts' });
    for await (const { key } of store.scan('')) if (key.includes(':tag:')) store.delete(key);
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test.each(EVERY_SELECTION)(
    'by %s holds in a second cache over the same store',
    async (_name, selection) => {
      const store = new MemoryStore();
      const provider = startProvider();
      const options = { provider: 'openai', tags: ['prompts'] };
      const here = cachedLlmCall(provider.ask, { cache: createLlmCache({ store }), ...options });
      const there = cachedLlmCall(provider.ask, { cache: createLlmCache({ store }), ...options });
      await here(ASKED);
      await there(ASKED);
      expect(provider.calls).toHaveLength(1);
      await createLlmCache({ store }).invalidate(selection);
      await there(ASKED);
      await here(ASKED);
      expect(provider.calls).toHaveLength(2);
    },
  );

  test('resolves to false when the store cannot write it', async () => {
    const failing = {
      get: () => undefined,
      set: () => Promise.reject(new Error('down')),
      delete: () => Promise.reject(new Error('down')),
    };
    const { cache } = startTrial({ store: failing });
    expect(await cache.invalidate({ tag: 't' })).toBe(false);
    const key = cache.keyOf({ provider: 'p', request: QUESTION });
    expect(await cache.invalidate({ key: key ?? '' })).toBe(false);
  });
});
