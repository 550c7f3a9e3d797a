import { cachedLlmCall } from '@cached-llm/core';
import { describe, expect, test } from '@jest/globals';
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
    expect(await sumOf('cached_llm.tokens.saved', { 'cached_llm.token.type': 'input' })).toBe(
      2_000,
    );
    const each = (await sumOf('cached_llm.cost.saved')) / 2; // a hit and a stale answer
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
