import { cachedLlmCall } from '@cached-llm/core';
import { type Adapter, defaultAdapter } from '@cached-llm/core/adapter';
import { manualClock } from '@cached-llm/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { liveThrough } from './life.ts';
import { startMetrics, startObserved } from './observed.ts';

const OUTCOME = 'cached_llm.outcome';
const PURPOSE = 'cached_llm.purpose';
const OPENAI = { 'gen_ai.provider.name': 'openai' };

describe('the metrics of the cache', () => {
  test('count requests by outcome, provider and model', async () => {
    const { sumOf } = await liveThrough();
    const requests = (attributes: object) => sumOf('cached_llm.requests', attributes);
    const call = { 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-4o' };
    expect(await requests({ ...call, [OUTCOME]: 'hit' })).toBe(1);
    expect(await requests({ ...call, [OUTCOME]: 'stale' })).toBe(1);
    expect(await requests({ ...call, [OUTCOME]: 'miss' })).toBe(6);
    expect(await requests({ [OUTCOME]: 'bypass', 'cached_llm.reason': 'not-canonical' })).toBe(1);
  });

  test('separate what was saved from what was spent, and what was spent on revalidations', async () => {
    const { sumOf } = await liveThrough();
    const saved = await sumOf('cached_llm.tokens.saved', { 'cached_llm.token.type': 'input' });
    expect(saved).toBe(1_000); // of a hit, and not of the stale answer, whose revalidation is billed
    const each = await sumOf('cached_llm.cost.saved');
    expect(each).toBeGreaterThan(0);
    expect(await sumOf('cached_llm.cost.spent', { [PURPOSE]: 'request' })).toBeCloseTo(5 * each, 9);
    const revalidations = await sumOf('cached_llm.cost.spent', { [PURPOSE]: 'revalidation' });
    expect(revalidations).toBeCloseTo(each, 9);
  });

  test('count calls, with those that failed and those without a known price', async () => {
    const { sumOf } = await liveThrough();
    expect(await sumOf('cached_llm.calls', OPENAI)).toBe(7);
    expect(await sumOf('cached_llm.calls', { 'error.type': '429' })).toBe(1);
    expect(await sumOf('cached_llm.calls', { 'cached_llm.price': 'known' })).toBe(6);
    expect(await sumOf('cached_llm.calls', { [PURPOSE]: 'revalidation' })).toBe(1);
  });

  test('show time that was lost, and round nothing away', async () => {
    const { cache, sumOf, countOf } = startObserved({ now: () => 0 }); // each call takes no time
    const ask = cachedLlmCall(async (prompt: string) => prompt, { cache, provider: 'p' });
    await ask.withInfo('a');
    await ask('a');
    const lost = await sumOf('cached_llm.time.lost');
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeCloseTo(await sumOf('cached_llm.lookup.duration'), 12);
    expect(await countOf('cached_llm.time.saved')).toBe(0);
  });

  test('are those that the cache itself counts', async () => {
    const { cache, sumOf } = await liveThrough();
    const { tokens, cost, time, misses, stale, hits } = cache.stats();
    expect(await sumOf('cached_llm.tokens.saved')).toBe(tokens.saved.input + tokens.saved.output);
    expect(await sumOf('cached_llm.cost.saved')).toBeCloseTo(cost.saved.usd ?? 0, 12);
    expect(await sumOf('cached_llm.cost.spent')).toBeCloseTo(cost.spent.usd ?? 0, 12);
    const lost = await sumOf('cached_llm.time.lost');
    expect((await sumOf('cached_llm.time.saved')) - lost).toBeCloseTo(time.saved / 1_000, 9);
    const asked = (outcome: string) => sumOf('cached_llm.requests', { [OUTCOME]: outcome });
    const counted = await Promise.all(['miss', 'stale', 'hit'].map(asked));
    expect(counted).toEqual([misses, stale, hits]);
  });

  test('count what a request saved where that is known after its event', async () => {
    const clock = manualClock();
    const adapter: Adapter = {
      ...defaultAdapter,
      provider: 'openai',
      usageOf: () => ({ inputTokens: 100, outputTokens: 10, cost: 0.5 }),
    };
    const observed = startObserved({ now: clock.now, ttl: '1m', staleWhileRevalidate: '1d' });
    const { cache, sumOf } = observed;
    async function* stream(prompt: string) {
      yield prompt;
      await new Promise((resolve) => setImmediate(resolve));
      yield 'end';
    }
    const ask = cachedLlmCall(async (prompt: string) => prompt, { cache, adapter });
    await ask.withInfo('a');
    clock.advance(120_000);
    await Promise.all([ask('a'), ask('a'), ask('a')]); // one is stale, and two join the call behind it
    const streamed = cachedLlmCall(stream, { cache, adapter });
    const read = async () => {
      for await (const _chunk of streamed('b')); // two of these three join the stream of the first
    };
    await Promise.all([read(), read(), read()]);
    await new Promise((resolve) => setTimeout(resolve, 20)); // the revalidation ends
    const { tokens, cost, stale, collapsed } = cache.stats();
    expect([stale, collapsed]).toEqual([1, 4]);
    expect(cost).toMatchObject({ saved: { usd: 2 }, spent: { usd: 1.5 } });
    expect(tokens.saved).toEqual({ input: 400, output: 40 });
    expect(await sumOf('cached_llm.cost.saved')).toBe(2);
    expect(await sumOf('cached_llm.cost.spent')).toBe(1.5);
    expect(await sumOf('cached_llm.tokens.saved')).toBe(440);
  });

  test('count time that was saved', async () => {
    const { sumOf } = await liveThrough();
    const saved = await sumOf('cached_llm.time.saved', OPENAI);
    const waited = await sumOf('cached_llm.lookup.duration', OPENAI);
    expect(saved + waited).toBeCloseTo(4, 9); // two answers, each of a call of 2 s
  });

  test('count a field that differs in each request', async () => {
    const { cache, sumOf } = startObserved();
    const ask = cachedLlmCall(async (_request: object) => 'x', { cache, provider: 'p' });
    for (const run_id of ['a', 'b', 'c', 'd']) {
      await ask({ prompt: 'Why?', run_id });
      await new Promise((resolve) => setTimeout(resolve, 20)); // a miss is examined behind its call
    }
    expect(await sumOf('cached_llm.volatile_fields', { 'cached_llm.field': 'run_id' })).toBe(1);
  });

  test('report the state of the store', async () => {
    const { sumOf } = await liveThrough();
    expect(await sumOf('cached_llm.store.utilization')).toBe(0.25);
    expect(await sumOf('cached_llm.breaker.open')).toBe(1);
    expect(await sumOf('cached_llm.store.entries')).toBe(7);
    expect(await sumOf('cached_llm.store.bytes')).toBe(10);
    expect(await sumOf('cached_llm.store.evictions')).toBe(1);
    const reads = { 'cached_llm.operation': 'get', 'error.type': 'ECONNREFUSED' };
    expect(await sumOf('cached_llm.store.errors', reads)).toBeGreaterThan(0);
  });

  test('of two caches are told apart by their names', async () => {
    const { meterProvider, sumOf } = startMetrics();
    const { createLlmCache } = await import('@cached-llm/core');
    const { observeCache } = await import('../src/index.ts');
    for (const name of ['one', 'two']) {
      const cache = createLlmCache();
      observeCache(cache, { meterProvider, name });
      const ask = cachedLlmCall(async (prompt: string) => prompt, { cache, provider: 'p' });
      for (const prompt of name === 'one' ? ['a'] : ['a', 'b']) await ask.withInfo(prompt);
    }
    expect(await sumOf('cached_llm.store.entries', { 'cached_llm.cache': 'one' })).toBe(1);
    expect(await sumOf('cached_llm.store.entries', { 'cached_llm.cache': 'two' })).toBe(2);
    expect(await sumOf('cached_llm.requests', { 'cached_llm.cache': 'two' })).toBe(2);
  });

  test('and all others have the scope of this package, and contain no prompt, no answer and no key', async () => {
    const { scopes } = await liveThrough();
    const all = await scopes();
    expect(all.map(({ scope }) => scope.name)).toEqual(['@cached-llm/otel']);
    expect(JSON.stringify(all)).not.toMatch(/salty|too many|:2:-:/);
  });

  test('have few values of each attribute, whatever users say, and no long text as a model', async () => {
    const { cache, pointsOf, sumOf } = startObserved();
    const ask = cachedLlmCall(async (_request: { readonly model: string }) => 'x', {
      cache,
      provider: 'p',
    });
    for (let number = 0; number < 300; number += 1) await ask.withInfo({ model: `m${number}` });
    await ask.withInfo({ model: `Ignore all that was said before. ${'x'.repeat(200)}` });
    const points = await pointsOf('cached_llm.requests');
    expect(points).toHaveLength(201);
    expect(await sumOf('cached_llm.requests')).toBe(301);
    expect(await sumOf('cached_llm.requests', { 'gen_ai.request.model': '_OTHER' })).toBe(101);
    expect(JSON.stringify(points)).not.toContain('Ignore');
  });

  test('have no tag, no scope, no prompt, no credential and no error message in an attribute or on a span', async () => {
    const { cache, scopes } = startObserved();
    const secret = 'sk-live-secret';
    const ask = cachedLlmCall(
      async ({ prompt }: { readonly prompt: string }) => {
        if (prompt.startsWith('fail')) throw new Error(`${prompt} was refused for ${secret}`);
        return prompt;
      },
      { cache, provider: 'p', tags: ['tag-of-alice'], scope: 'alice' },
    );
    await ask.withInfo({ prompt: 'whisper' });
    await ask({ prompt: 'whisper' });
    await ask({ prompt: 'fail whisper' }).catch(() => {});
    expect(JSON.stringify(await scopes())).not.toMatch(/alice|whisper|secret|refused/);
  });

  test('are counted all the same where operationOf or priceOf throws, and no call fails', async () => {
    const wrong = () => {
      throw new Error('a mistake');
    };
    const { cache, sumOf } = startObserved({ priceOf: wrong }, { operationOf: wrong });
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const ask = cachedLlmCall(async () => ({ usage: { prompt_tokens: 3 } }), {
      cache,
      provider: 'p',
      key: () => 'k',
    });
    await ask.withInfo();
    await ask();
    const warned = warn.mock.calls;
    warn.mockRestore();
    expect(await sumOf('cached_llm.requests', { 'gen_ai.operation.name': 'chat' })).toBe(2);
    expect(await sumOf('cached_llm.calls', { 'cached_llm.price': 'unknown' })).toBe(1);
    expect(await sumOf('gen_ai.client.inference.usage.input_tokens')).toBe(3);
    expect(new Set(warned.map(([what]) => what))).toEqual(new Set(['Error: a mistake']));
  });

  test('are missed with one warning where no SDK is registered, and calls work', async () => {
    const { createLlmCache } = await import('@cached-llm/core');
    const { observeCache } = await import('../src/index.ts');
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const cache = createLlmCache();
    const stop = observeCache(cache);
    const ask = cachedLlmCall(async (prompt: string) => prompt, { cache, provider: 'p' });
    expect([await ask('a'), await ask('a')]).toEqual(['a', 'a']);
    stop();
    observeCache(createLlmCache())();
    const warned = warn.mock.calls;
    warn.mockRestore();
    expect(warned).toEqual([
      [expect.stringContaining('no SDK'), expect.objectContaining({ code: 'NO_METER_PROVIDER' })],
    ]);
  });

  test('do not change after the observation was stopped', async () => {
    const { cache, sumOf, countOf, stop } = startObserved();
    const ask = cachedLlmCall(async (prompt: string) => prompt, { cache, provider: 'p' });
    await ask('a');
    stop();
    await ask('b');
    expect(await sumOf('cached_llm.requests', { [OUTCOME]: 'miss' })).toBe(1);
    expect(await countOf('cached_llm.store.entries')).toBe(0);
  });
});
