import { until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type Adapter, defaultAdapter, type Usage } from '../../src/adapter.ts';
import { type CacheOptions, cachedLlmCall, createLlmCache, type Mode } from '../../src/index.ts';
import { ScannedStore } from '../cache/scanned-store.ts';
import { closedGate } from '../flight/gate.ts';
import { settled, startTrial } from '../trial.ts';

interface Question {
  readonly prompt: string;
  readonly model?: string;
}

const USAGE: Usage = { inputTokens: 100, outputTokens: 10, cost: 0.5 };
const A: Question = { prompt: 'a', model: 'small' };

function adapterOf(usage: Usage | undefined): Adapter {
  const assemble = () => ({ choices: [] });
  const stream = { ...defaultAdapter.stream, assemble };
  return { ...defaultAdapter, provider: 'p', stream, usageOf: () => usage };
}

/** A provider that takes 800 ms by the trial's clock, and states the usage of each answer. */
function start(options: CacheOptions = {}, usage: Usage | undefined = USAGE) {
  const trial = startTrial(options);
  const adapter = adapterOf(usage);
  const ask = cachedLlmCall(
    async ({ prompt }: Question) => {
      trial.clock.advance(800);
      return `answer to ${prompt}`;
    },
    { cache: trial.cache, adapter },
  );
  return { ...trial, ask, adapter };
}

const tokens = (answers: number) => ({ input: 100 * answers, output: 10 * answers });
const usd = (answers: number) => ({ usd: 0.5 * answers, unpriced: 0 });

describe('tokens, money and time', () => {
  test('are saved or spent, and a hit is never spent', async () => {
    const { cache, ask } = start();
    await ask.withInfo(A);
    await ask(A);
    await ask(A);
    const { cost, tokens: counted, time } = cache.stats();
    expect(counted).toEqual({ saved: tokens(2), spent: tokens(1) });
    expect(cost).toEqual({ saved: usd(2), spent: usd(1) });
    expect(time.uncached).toMatchObject({ count: 1, mean: 800 });
    expect(time.cached.count).toBe(2);
    expect(time.saved).toBeGreaterThan(1_000);
    expect(time.saved).toBeLessThan(1_600);
    expect(time.speedup).toBeGreaterThan(1);
  });

  test('of a stale answer are not saved, because those of its revalidation are spent', async () => {
    const { cache, ask, clock } = start({ ttl: '1m', staleWhileRevalidate: '1m' });
    await ask.withInfo(A);
    clock.advance(60_000);
    await ask(A);
    await settled();
    const { stale, tokens: counted } = cache.stats();
    expect([stale, counted]).toEqual([1, { saved: tokens(0), spent: tokens(2) }]);
  });

  test('of a follower are saved', async () => {
    const { cache, ask } = start();
    await Promise.all([ask(A), ask(A), ask(A)]);
    await settled();
    expect(cache.stats()).toMatchObject({
      collapsed: 2,
      tokens: { saved: tokens(2), spent: tokens(1) },
    });
  });

  test('of a stream are counted when it has ended', async () => {
    const { cache, adapter, clock } = start();
    const gate = closedGate();
    const ask = cachedLlmCall(
      async function* stream(_question: Question) {
        yield 'one';
        await gate.opened;
        yield 'two';
      },
      { cache, adapter },
    );
    const first = (await ask(A))[Symbol.asyncIterator]();
    await first.next();
    expect(cache.stats().tokens.spent).toEqual(tokens(0));
    gate.open();
    while ((await first.next()).done !== true) clock.advance(1);
    await settled();
    expect(cache.stats().tokens.spent).toEqual(tokens(1));
    for await (const _chunk of await ask(A));
    expect(cache.stats()).toMatchObject({
      hits: 1,
      tokens: { saved: tokens(1), spent: tokens(1) },
    });
  });

  test('of an answer that is not stored are spent', async () => {
    const { cache, adapter } = start();
    const ask = cachedLlmCall(async (_question: Question) => ({ finish_reason: 'length' }), {
      cache,
      adapter,
    });
    await ask.withInfo(A);
    await ask.with({ mode: 'read-only' }).withInfo({ ...A, prompt: 'b' });
    expect(cache.stats()).toMatchObject({
      notAdmitted: 2,
      notAdmittedByReason: { truncated: 2 },
      tokens: { spent: tokens(2) },
    });
  });

  test('of an answer in a mode that writes nothing are spent, and the mode is counted as the reason', async () => {
    const { cache, ask } = start({ mode: 'read-only' });
    await ask.withInfo(A);
    expect(cache.stats()).toMatchObject({
      notAdmittedByReason: { 'read-only': 1 },
      tokens: { spent: tokens(1) },
    });
  });

  test('of an answer that was invalidated before it came are spent', async () => {
    const { cache, adapter } = start();
    const gate = closedGate();
    const ask = cachedLlmCall(async (_question: Question) => gate.opened.then(() => 'old'), {
      cache,
      adapter,
    });
    const asked = ask.withInfo(A);
    await settled();
    await ask.invalidate(A);
    gate.open();
    await asked;
    expect(cache.stats()).toMatchObject({
      notAdmittedByReason: { invalidated: 1 },
      tokens: { spent: tokens(1) },
    });
  });

  test('of a call that fails are not counted', async () => {
    const { cache, adapter } = start();
    const ask = cachedLlmCall(
      async (_question: Question) => {
        throw Object.assign(new Error('overloaded'), { status: 503 });
      },
      { cache, adapter },
    );
    await ask(A).catch(() => {});
    expect(cache.stats()).toMatchObject({ misses: 1, cost: { spent: { usd: 0, unpriced: 0 } } });
  });

  test.each([
    ['a time-out', new DOMException('', 'TimeoutError'), 1],
    ['a connection that broke', Object.assign(new Error(''), { code: 'ECONNRESET' }), 1],
    ['a time-out of a gateway', Object.assign(new Error(''), { status: 504 }), 1],
    ['an answer that cannot be read', new SyntaxError('Unexpected end of JSON input'), 1],
    ['a good status and no JSON', Object.assign(new Error(''), { statusCode: 200 }), 1],
    ['an error of which nothing is known', new Error(''), 1],
    ['no key', Object.assign(new Error(''), { name: 'AI_LoadAPIKeyError' }), 0],
    [
      'a refusal of the last try',
      Object.assign(new Error(''), { lastError: { statusCode: 429 } }),
      0,
    ],
    ['a refusal', Object.assign(new Error(''), { status: 429 }), 0],
    ['a connection that was not made', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 0],
  ])(
    'of a call that ends with %s are unknown only if it may be charged',
    async (_, error, unpriced) => {
      const { cache, adapter } = start();
      const ask = cachedLlmCall(async (_question: Question) => Promise.reject(error), {
        cache,
        adapter,
      });
      await ask(A).catch(() => {});
      expect(cache.stats().cost.spent.unpriced).toBe(unpriced);
    },
  );

  test('of a stream that fails after it began are unknown, and of one that begins with its failure are nothing', async () => {
    const { cache } = start();
    const failure = { type: 'error', error: { type: 'overloaded_error' } };
    for (const chunks of [[failure], [{ type: 'message_start' }, failure]]) {
      const ask = cachedLlmCall(
        async function* stream(_question: Question) {
          yield* chunks;
        },
        { cache, adapter: { ...defaultAdapter, provider: 'p' }, name: `stream ${chunks.length}` },
      );
      for await (const _chunk of await ask(A));
      await settled();
      expect(cache.stats().cost.spent.unpriced).toBe(chunks.length - 1);
    }
  });

  test('of calls of Ollama cost nothing, also where they fail', async () => {
    const { cache } = start();
    const ask = cachedLlmCall(
      async ({ prompt }: Question) => {
        if (prompt === 'fail') throw new SyntaxError('Unexpected end of JSON input');
        return { response: 'answer' };
      },
      { cache, provider: 'ollama' },
    );
    await ask.withInfo(A);
    await ask({ ...A, prompt: 'fail' }).catch(() => {});
    expect(cache.stats().cost.spent).toEqual({ usd: 0, unpriced: 0 });
  });

  test('of a follower of a running stream are those of the model that served it, when it has ended', async () => {
    const { cache, adapter } = start({
      priceOf: (_usage, whose) => (whose.servedModel === 'served' ? 2 : 1),
    });
    const gate = closedGate();
    const stream = { ...adapter.stream, assemble: () => ({ model: 'served', choices: [] }) };
    const ask = cachedLlmCall(
      async function* stream(_question: Question) {
        yield 'one';
        await gate.opened;
        yield 'two';
      },
      { cache, adapter: { ...adapter, stream: { ...stream, ends: () => false } } },
    );
    const readers = [1, 2].map(() => ask(A)[Symbol.asyncIterator]());
    await Promise.all(readers.map((reader) => reader.next()));
    expect(cache.stats()).toMatchObject({ collapsed: 1, cost: { saved: { unpriced: 0 } } });
    gate.open();
    for (const reader of readers) while ((await reader.next()).done !== true);
    await settled();
    expect(cache.stats().cost).toEqual({ saved: usd(4), spent: usd(4) });
  });

  test('of a call that was aborted are unknown until its answer comes', async () => {
    const { cache, adapter } = start();
    const gate = closedGate();
    const ask = cachedLlmCall(
      async (_question: Question, _options: { signal: AbortSignal }) =>
        gate.opened.then(() => 'late'),
      { cache, adapter },
    );
    const controller = new AbortController();
    const asked = ask(A, { signal: controller.signal });
    await settled();
    controller.abort();
    await expect(asked).rejects.toThrow();
    await until('the cost is unknown', () => cache.stats().cost.spent.unpriced === 1);
    gate.open();
    await until('the cost is known', () => cache.stats().cost.spent.usd === 0.5);
    expect(cache.stats().cost.spent).toEqual(usd(1));
  });
});

describe('money', () => {
  test('of an unknown price is unknown, and never 0', async () => {
    const { cache, ask } = start({}, { inputTokens: 5, outputTokens: 5 });
    await ask.withInfo(A);
    await ask(A);
    const { cost } = cache.stats();
    expect(cost).toEqual({
      saved: { usd: undefined, unpriced: 1 },
      spent: { usd: undefined, unpriced: 1 },
    });
    expect(await cache.summary()).toContain('saved unknown; spent unknown');
  });

  test('is the price by priceOf, and then the price by the provider', async () => {
    const { cache, ask } = start({ priceOf: ({ outputTokens = 0 }) => outputTokens / 5 });
    await ask.withInfo(A);
    expect(cache.stats().cost.spent).toEqual({ usd: 2, unpriced: 0 });
  });

  test('is the price by the list where the list has the model', async () => {
    const { cache } = start();
    const usageOf = () => ({ inputTokens: 1_000_000, outputTokens: 100_000 });
    const ask = cachedLlmCall(async (_question: Question) => 'answer', {
      cache,
      adapter: { ...defaultAdapter, provider: 'openai', usageOf },
    });
    const question = { model: 'gpt-4o', prompt: 'p' };
    await ask.withInfo(question);
    await ask(question);
    await ask({ ...question, prompt: 'q' });
    await settled();
    const { cost } = cache.stats();
    expect(cost.saved.usd).toBeCloseTo(3.5, 6);
    expect(cost.spent.usd).toBeCloseTo(7, 6);
  });

  test('of a request depends on its own length, and not on the number of requests', async () => {
    const { cache } = start();
    const usageOf = () => ({ inputTokens: 150_000, outputTokens: 50 }); // twice as many have a higher price
    const ask = cachedLlmCall(async (_question: Question) => 'answer', {
      cache,
      adapter: { ...defaultAdapter, provider: 'google', usageOf },
    });
    await ask.withInfo({ model: 'gemini-2.5-pro', prompt: 'p' });
    const once = cache.stats().cost.spent.usd ?? 0;
    await ask.withInfo({ model: 'gemini-2.5-pro', prompt: 'q' });
    expect(cache.stats().cost.spent.usd).toBeCloseTo(2 * once, 9);
  });
});

describe('stats by', () => {
  test('model have a row for each model at each provider, with the most requests first', async () => {
    const { cache, ask } = start();
    await ask.withInfo(A);
    await ask(A);
    await ask({ prompt: 'b', model: 'large' });
    await settled();
    const rows = cache.stats({ by: 'model' });
    expect(
      rows.map(({ provider, model, hits, misses }) => [provider, model, hits, misses]),
    ).toEqual([
      ['p', 'small', 1, 1],
      ['p', 'large', 0, 1],
    ]);
    expect(cache.stats({ by: 'provider' })).toMatchObject([{ provider: 'p', requests: 3 }]);
    expect(await cache.summary()).toContain(
      'p small: 2 requests, 50% hits, saved 100 in, 10 out, $0.5',
    );
  });

  test('day have a row for each day, in order', async () => {
    const { cache, ask, clock } = start();
    await ask.withInfo(A);
    clock.advance(86_400_000);
    await ask(A);
    const rows = cache.stats({ by: 'day' });
    expect(rows.map(({ day, hits, misses }) => [day, hits, misses])).toEqual([
      ['2026-01-01', 0, 1],
      ['2026-01-02', 1, 0],
    ]);
  });
});

describe('the ledger', () => {
  /** Two caches that stand for two processes. */
  function startTwo(options: CacheOptions = {}) {
    const store = new ScannedStore();
    return { store, one: start({ store, ...options }), other: start({ store, ...options }) };
  }

  test('adds up all counts, whether they were written or not', async () => {
    const { store, one, other } = startTwo();
    await one.ask.withInfo(A);
    await one.cache.close();
    await other.ask(A);
    const ledger = await other.cache.ledger();
    expect(store.ledgerKeys).toHaveLength(1);
    expect(ledger).toMatchObject({ isComplete: true, total: { requests: 2, hits: 1, misses: 1 } });
    expect(ledger.by('model')).toMatchObject([{ provider: 'p', model: 'small', requests: 2 }]);
    expect(ledger.by('day')).toMatchObject([{ day: '2026-01-01', requests: 2 }]);
  });

  test('is written at intervals, and counts nothing twice', async () => {
    const { store, one, other } = startTwo({ ledger: '5ms' });
    for (let round = 1; round <= 3; round += 1) {
      await one.ask(A);
      while ((await other.cache.ledger()).total.requests < round) await settled();
    }
    expect(store.ledgerKeys).toHaveLength(1);
    expect((await other.cache.ledger()).total).toMatchObject({ requests: 3, hits: 2, stored: 1 });
  });

  test('gets the counts that could not be written when the store is back', async () => {
    const { store, one, other } = startTwo({ ledger: '5ms' });
    await one.ask.withInfo(A);
    store.isBroken = true;
    await one.cache.get({ provider: 'p', request: 'x' });
    while (one.cache.stats().storeErrors === 0) await settled();
    store.isBroken = false;
    await one.cache.close();
    expect((await other.cache.ledger()).total).toMatchObject({ requests: 2, misses: 2 });
  });

  test('is not complete where the store does not list its rows', async () => {
    const { store, one, other } = startTwo();
    await one.ask.withInfo(A);
    store.isBroken = true;
    expect(await one.cache.ledger()).toMatchObject({ isComplete: false, total: { requests: 1 } });
    expect(other.story()).toEqual([]);
    expect(one.story()).toContain('store-error');
    const unlisted = start({ store: new Map() });
    await unlisted.ask(A);
    expect(await unlisted.cache.ledger()).toMatchObject({ isComplete: false, processes: 1 });
  });

  test('of a cache in memory has the counts of this process', async () => {
    const { cache, ask } = start();
    await ask(A);
    expect(await cache.ledger()).toMatchObject({ isComplete: true, total: { requests: 1 } });
  });

  test.each<CacheOptions>([
    { ledger: false },
    { mode: 'read-only' },
    { mode: 'replay' },
    { mode: 'off' },
  ])('is not written with %j', async (options) => {
    const { store, one } = startTwo(options);
    await one.ask(A).catch(() => {});
    await one.cache.close();
    expect(store.ledgerKeys).toEqual([]);
  });

  test.each<Mode>(['read-write', 'refresh'])('is written in mode %s', async (mode) => {
    const { store, one } = startTwo({ mode });
    await one.ask(A);
    await one.cache.close();
    expect(store.ledgerKeys).toHaveLength(1);
  });

  test('of a cache without requests is not written', async () => {
    const { store, one } = startTwo();
    await one.cache.close();
    expect(store.ledgerKeys).toEqual([]);
  });

  test('stays when the entries are cleared, and is not an entry', async () => {
    const { one, other } = startTwo();
    await one.ask.withInfo(A);
    await one.cache.close();
    await other.cache.clear();
    expect((await other.cache.ledger()).total.requests).toBe(1);
    await other.ask(A);
    expect(other.story()).toContain('miss');
  });

  test('ignores rows of another format', async () => {
    const { store, one, other } = startTwo();
    await one.ask.withInfo(A);
    await one.cache.close();
    const [key = ''] = store.ledgerKeys;
    const odd = ['', 'no JSON', '{"version":1}', 'null', '{"version":1,"rows":[{"provider":"q"}]}'];
    for (const [index, text] of odd.entries()) store.rows.set(`${key}${index}`, text);
    store.rows.set(`${key.slice(0, key.indexOf(':ledger:'))}:ledger:`, 'x');
    expect((await other.cache.ledger()).total).toMatchObject({ requests: 1, stored: 1 });
  });

  test('contains no prompt, no answer, no scope and no key', async () => {
    const { store, one } = startTwo({ scope: 'tenant-7', tags: ['tagged'] });
    await one.ask.withInfo({ ...A, prompt: 'what was asked' });
    await one.cache.close();
    const [text] = store.ledgerKeys.map((key) => store.rows.get(key));
    expect(text).toContain('small');
    expect(text).not.toMatch(/what was asked|answer to|tenant-7|tagged/);
    expect(text).not.toContain(one.ask.keyOf(A));
  });

  test.each([
    [{ ledger: 'soon' as '10s' }, 'INVALID_DURATION'],
    [{ ledger: 0 }, 'INVALID_DURATION'],
    [{ priceOf: 3 as never }, 'INVALID_OPTION'],
    [{ logger: {} as never }, 'INVALID_OPTION'],
    [{ logger: null as never }, 'INVALID_OPTION'],
  ])('refuses %j at definition', (options, code) => {
    expect(() => createLlmCache(options)).toThrow(expect.objectContaining({ code }));
  });
});
