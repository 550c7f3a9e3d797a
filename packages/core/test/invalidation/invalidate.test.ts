import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache, type Selection } from '../../src/index.ts';
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

describe('invalidate', () => {
  test('by request: the next call asks again', async () => {
    const { cache, story } = startTrial();
    const ask = cachedLlmCall(startProvider().ask, { cache });
    await ask(QUESTION);
    expect(await ask.invalidate(QUESTION)).toBe(true);
    expect(await ask(QUESTION)).toEqual({ text: 'answer 2' });
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored']);
  });

  test('by request: other requests and other scopes stay', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    await ask({ prompt: 'other' });
    await ask.with({ scope: 'a' })(QUESTION);
    await ask.invalidate(QUESTION);
    await ask({ prompt: 'other' });
    await ask.with({ scope: 'a' })(QUESTION);
    expect(provider.calls).toHaveLength(3);
  });

  test('by key', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    const { info } = await ask.withInfo(QUESTION);
    await cache.invalidate({ key: info.key ?? '' });
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test.each(EVERY_SELECTION)('by %s', async (_name, selection) => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache, provider: 'openai', tags: ['prompts'] });
    await ask(ASKED);
    expect(await cache.invalidate(selection)).toBe(true);
    await ask(ASKED);
    expect(provider.calls).toHaveLength(2);
    await ask(ASKED);
    expect(provider.calls).toHaveLength(2);
  });

  test.each([
    ['tag', { tag: 'gpt-5' }],
    ['model', { model: 'openai' }],
    ['provider', { provider: 'prompts' }],
  ] as const)('by %s leaves alone what only shares the word', async (_name, selection) => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache, provider: 'openai', tags: ['prompts'] });
    await ask(ASKED);
    await cache.invalidate(selection);
    await ask(ASKED);
    expect(provider.calls).toHaveLength(1);
  });

  test('by a tag that only the writer named', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask.with({ tags: ['nightly'] })(QUESTION);
    await cache.invalidate({ tag: 'nightly' });
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test('again and again, each time what was stored since is gone', async () => {
    const { cache } = startTrial();
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache, tags: ['t'] });
    for (let round = 1; round <= 3; round++) {
      await ask(QUESTION);
      await ask(QUESTION);
      expect(provider.calls).toHaveLength(round);
      await cache.invalidate({ tag: 't' });
    }
  });

  test('what goes past the cache has nothing to invalidate', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(async (_given: unknown) => 1, { cache });
    expect(await ask.invalidate(() => {})).toBe(true);
  });

  test('a selection that selects nothing is refused', async () => {
    const { cache } = startTrial();
    const nothing = {} as Selection; // a caller without types
    await expect(cache.invalidate(nothing)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(cache.expire(nothing)).rejects.toThrow('{ namespace: true }');
  });
});

/** A call that is under way while something is invalidated. */
async function invalidateInFlight(selection: (key: string) => Selection) {
  const { cache, story } = startTrial();
  const gate = closedGate();
  let calls = 0;
  async function slow(_question: Question) {
    calls += 1;
    await gate.opened;
    return calls;
  }
  const ask = cachedLlmCall(slow, { cache, provider: 'openai', tags: ['prompts'] });
  const before = ask(ASKED);
  await settled();
  await cache.invalidate(selection(ask.keyOf(ASKED) ?? ''));
  const after = ask(ASKED);
  await settled();
  const callsBeforeAnswer = calls;
  gate.open();
  await Promise.all([before, after]);
  await settled();
  return { ask, cache, story, callsBeforeAnswer, calls: () => calls };
}

describe('an invalidation while a call is under way', () => {
  const everySelection: readonly (readonly [string, (key: string) => Selection])[] = [
    ['key', (key) => ({ key })],
    ...EVERY_SELECTION.map(([name, selection]) => [name, () => selection] as const),
  ];

  test.each(everySelection)('by %s: who asks after it does not join', async (_name, selection) => {
    const { callsBeforeAnswer, ask, calls } = await invalidateInFlight(selection);
    expect(callsBeforeAnswer).toBe(2);
    await ask(ASKED);
    expect(calls()).toBe(2); // what was asked after it is kept
  });

  test.each(everySelection)('by %s: it voids the answer of that call', async (_name, selection) => {
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
    expect(await under).toBe(1); // its own caller asked before
    await settled();
    expect(await ask.peek(ASKED)).toBeUndefined();
    expect(await ask(ASKED)).toBe(2);
  });

  test('leaves calls of other tags joined', async () => {
    const { cache } = startTrial();
    const gate = closedGate();
    let calls = 0;
    async function slow(_question: Question) {
      calls += 1;
      await gate.opened;
      return calls;
    }
    const ask = cachedLlmCall(slow, { cache, tags: ['mine'] });
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

  test('a hit that is being read does not bring the entry back by renewing it', async () => {
    const store = new SlowStore();
    store.open();
    const { cache, clock } = startTrial({ store, ttl: '10m', renewOnHit: true });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache });
    await ask(QUESTION);
    await settled();
    clock.advance(5 * 60_000);
    store.reading = closedGate();
    const hit = ask(QUESTION);
    await settled(); // it is being read
    await ask.invalidate(QUESTION);
    store.reading.open();
    await hit;
    await settled();
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });
});

describe('an invalidation', () => {
  test('survives in this process when the store loses the row that says it', async () => {
    const store = new MemoryStore();
    const { cache } = startTrial({ store });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache, tags: ['t'] });
    await ask(QUESTION);
    await cache.invalidate({ tag: 't' });
    for await (const { key } of store.scan('')) if (key.includes(':tag:')) store.delete(key);
    await ask(QUESTION);
    expect(provider.calls).toHaveLength(2);
  });

  test.each(EVERY_SELECTION)('by %s is honoured by a second cache', async (_name, selection) => {
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
  });

  test('says false when the store could not be told', async () => {
    const failing = {
      get: () => undefined,
      set: () => Promise.reject(new Error('down')),
      delete: () => Promise.reject(new Error('down')),
    };
    const { cache } = startTrial({ store: failing });
    expect(await cache.invalidate({ tag: 't' })).toBe(false);
    expect(await cache.invalidate({ key: 'k' })).toBe(false);
  });
});
