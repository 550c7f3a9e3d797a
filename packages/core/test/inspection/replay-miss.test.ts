import { describe, expect, test } from '@jest/globals';
import { type CallIdentity, cachedLlmCall, LlmCacheError } from '../../src/index.ts';
import { MemoryStore, nearestEntry } from '../../src/store.ts';
import { startProvider } from '../provider.ts';
import { settled, startTrial } from '../trial.ts';

const SECRET = 'my diary of yesterday';
const chat = (content: string, others: object = {}) => ({
  prompt: '',
  model: 'gpt-4o',
  messages: [{ role: 'user', content }],
  ...others,
});

/** A function whose answers to `recorded` are stored, and the same function in `replay` mode. */
async function startReplay(recorded: readonly ReturnType<typeof chat>[], explain = true) {
  const trial = startTrial({ explain });
  const provider = startProvider();
  const ask = cachedLlmCall(provider.ask, { cache: trial.cache, provider: 'openai' });
  for (const request of recorded) await ask(request);
  await settled();
  const replay = ask.with({ mode: 'replay' });
  const failureOf = (request: ReturnType<typeof chat>) =>
    replay(request).then(
      () => undefined,
      (error: unknown) => error as LlmCacheError,
    );
  return { ...trial, provider, ask, replay, failureOf };
}

describe('a miss in replay mode', () => {
  test('names the nearest recorded request and the fields that differ, and repeats no text', async () => {
    const near = chat('Why is the sea salty?');
    const far = chat('Name a colour.', { model: 'gpt-5', temperature: 1 });
    const { ask, failureOf, provider } = await startReplay([far, near]);
    const failure = await failureOf(chat(SECRET));
    expect(failure).toBeInstanceOf(LlmCacheError);
    expect(failure?.code).toBe('REPLAY_MISS');
    expect(failure?.message).toContain(`${ask.keyOf(near)}; it differs in messages[0].content.`);
    expect(failure?.message).toContain('CACHED_LLM_MODE=read-write');
    expect(failure?.message).not.toContain('diary');
    expect(provider.calls).toHaveLength(2);
  });

  test('sends an event, and is counted as a miss', async () => {
    const { ask, failureOf, events, story, cache } = await startReplay([chat('Why?')]);
    await failureOf(chat('Why?', { temperature: 0.5 }));
    expect(story().slice(-2)).toEqual(['miss', 'replay-miss']);
    expect(events.at(-1)?.event).toMatchObject({
      provider: 'openai',
      model: 'gpt-4o',
      nearest: ask.keyOf(chat('Why?')),
      differing: ['temperature'],
    });
    expect(cache.stats()).toMatchObject({ misses: 2, requests: 2 });
  });

  test('says how to record fields where they were not recorded', async () => {
    const { ask, failureOf } = await startReplay([chat('Why?')], false);
    const failure = await failureOf(chat('When?'));
    expect(failure?.message).toContain(String(ask.keyOf(chat('Why?'))));
    expect(failure?.message).toContain('explain: true');
  });

  test('names no nearest request where nothing is recorded, or where the store cannot list its rows', async () => {
    const { failureOf } = await startReplay([]);
    expect((await failureOf(chat('Why?')))?.message).not.toContain('nearest');
    const { cache } = startTrial({ store: new Map<string, unknown>(), explain: true });
    const ask = cachedLlmCall(startProvider().ask, { cache, provider: 'p' });
    await ask(chat('Why?'));
    await expect(ask.with({ mode: 'replay' })(chat('When?'))).rejects.toThrow(
      /^No answer(?!.*nearest)/,
    );
  });

  test('does not name a request of another scope', async () => {
    const { ask } = await startReplay([chat('Why?')]);
    const other = ask.with({ mode: 'replay', scope: 'tenant 2' });
    await expect(other(chat('Why?'))).rejects.toThrow(/^No answer(?!.*nearest)/);
  });

  test('is an error for a request that has no key, too', async () => {
    const { replay, provider, events } = await startReplay([]);
    const request = { ...chat('Why?'), callback: () => {} };
    await expect(replay(request)).rejects.toMatchObject({ code: 'REPLAY_MISS' });
    await expect(replay(request)).rejects.toThrow('callback');
    expect(provider.calls).toHaveLength(0);
    expect(events.at(-1)?.event).toMatchObject({
      reason: 'not-canonical',
      field: 'request.callback',
    });
  });

  test('is no error for a request that bypasses the cache by the option when', async () => {
    const { cache } = startTrial({ mode: 'replay' });
    const provider = startProvider();
    const ask = cachedLlmCall(provider.ask, { cache, when: () => false });
    expect(await ask({ prompt: 'live' })).toEqual({ text: 'answer 1' });
  });
});

describe('the nearest entry', () => {
  const identity: CallIdentity = { provider: 'p', request: { a: 1, b: 2, c: 3 } };
  const other = (provider: string, change: object): CallIdentity => ({
    provider,
    request: { a: 1, b: 2, c: 3, ...change },
  });

  test('has the same provider, even where an entry of another provider differs in fewer fields', async () => {
    const { cache } = startTrial({ explain: true });
    const wanted = other('p', { a: 9, b: 9, c: 9 });
    for (const each of [other('q', {}), wanted]) await cache.set(each, 'answer');
    const nearest = await nearestEntry(identity, cache.inspection.entries());
    expect(nearest).toEqual({ key: cache.keyOf(wanted), differing: ['a', 'b', 'c'] });
  });

  test('is the same for every order in which the store lists its rows', async () => {
    const all = [other('p', { a: 9 }), other('p', { b: 9 }), other('p', { c: 9 })];
    const found = [];
    for (const order of [all, all.toReversed()]) {
      const { cache } = startTrial({ explain: true, store: new MemoryStore() });
      for (const each of order) await cache.set(each, 'answer');
      found.push((await nearestEntry(identity, cache.inspection.entries()))?.key);
    }
    expect(found[0]).toBe(found[1]);
  });

  test('may be behind 20,000 others, unless fewer are to be looked at', async () => {
    const { cache } = startTrial({ explain: true });
    await cache.set(other('p', { a: 9, b: 9 }), 'far');
    await cache.set(other('p', { a: 9 }), 'near');
    const [far, near] = await Promise.all(
      [{ a: 9, b: 9 }, { a: 9 }].map((change) =>
        cache.inspection.entry(cache.keyOf(other('p', change)) ?? ''),
      ),
    );
    async function* entries() {
      for (let count = 0; count < 20_000; count += 1) if (far !== undefined) yield far;
      if (near !== undefined) yield near;
    }
    expect(await nearestEntry(identity, entries())).toEqual({ key: near?.key, differing: ['a'] });
    const first = await nearestEntry(identity, entries(), 20_000);
    expect(first).toEqual({ key: far?.key, differing: ['a', 'b'] });
  });

  test('is never an invalidated entry', async () => {
    const { cache } = startTrial({ explain: true });
    await cache.set(other('p', { a: 9 }), 'answer', { tags: ['old'] });
    await cache.invalidate({ tag: 'old' });
    expect(await nearestEntry(identity, cache.inspection.entries())).toBe(undefined);
  });

  test('needs 10 to 45 bytes for each field in a row', async () => {
    const messages = Array.from({ length: 10 }, () => ({ role: 'user', content: 'x'.repeat(100) }));
    const asked = { provider: 'p', request: { model: 'm', messages } };
    const bytes: number[] = [];
    for (const explain of [false, true]) {
      const { cache } = startTrial({ explain });
      await cache.set(asked, 'answer');
      for await (const entry of cache.inspection.entries()) bytes.push(entry.bytes);
    }
    const [without = 0, withFields = 0] = bytes;
    const fields = 22; // provider, model, and two of each message
    expect((withFields - without) / fields).toBeGreaterThan(10);
    expect((withFields - without) / fields).toBeLessThan(45);
  });
});
