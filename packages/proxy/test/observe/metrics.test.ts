import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { expect, test } from '@jest/globals';
import { startMetrics } from '../../src/observe/metrics.ts';

test('Metrics are of the cache and of the calls of each route, as Prometheus reads them', async () => {
  const cache = createLlmCache();
  const metrics = startMetrics(cache);
  const ask = cachedLlmCall(async (_prompt: string) => ({ text: 'An answer of the model.' }), {
    cache,
    provider: 'openai',
  });
  await ask('Why is the sea salty?');
  await ask('Why is the sea salty?');
  const call = { route: 'openai', model: 'gpt', outcome: 'hit', tokens: 1, saved: 0 };
  metrics.record({ ...call, status: 200, ms: 3 });
  metrics.record({ ...call, status: 200, ms: 4 });
  metrics.record({ ...call, route: undefined, outcome: 'refused', status: 404, ms: 1 });
  const text = await metrics.text();
  expect(text).toMatch(/^cached_llm_requests_total\{.*cached_llm_outcome="hit".*\} 1$/m);
  expect(text).toMatch(/^cached_llm_requests_total\{.*cached_llm_outcome="miss".*\} 1$/m);
  expect(text).toMatch(
    /^cached_llm_proxy_duration_count\{cached_llm_proxy_route="openai",cached_llm_outcome="hit",http_response_status_code="200".*\} 2$/m,
  );
  expect(text).toMatch(/^cached_llm_proxy_duration_count\{cached_llm_proxy_route="none",.*\} 1$/m);
  expect(text).not.toContain('Why is the sea salty?');
  await metrics.stop();
  await cache.close();
});

test('Metrics that are stopped listen to no event any more', async () => {
  const cache = createLlmCache();
  const metrics = startMetrics(cache);
  await metrics.stop();
  const ask = cachedLlmCall(async (prompt: string) => ({ text: prompt }), { cache, provider: 'p' });
  await expect(ask('Why is the sea salty?')).resolves.toEqual({ text: 'Why is the sea salty?' });
  await cache.close();
});
