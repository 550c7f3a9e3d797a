import { control, createLlmCache, infoOf, invalidateAnswer } from '@cached-llm/core';
import { expect, test } from '@jest/globals';
import { cachedFetch } from '../src/index.ts';

const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Why?' }] });
const URL = 'http://127.0.0.1/v1/chat/completions';

/** A provider that numbers its answers, below two caches. */
function start() {
  let calls = 0;
  const provider = async () => {
    calls += 1;
    const message = { role: 'assistant', content: `answer ${calls}` };
    return Response.json({ choices: [{ index: 0, message, finish_reason: 'stop' }] });
  };
  const inner = createLlmCache();
  const below = cachedFetch({ cache: inner, fetch: provider, endpoints: ['/own/generate'] });
  const fetch = cachedFetch({ cache: createLlmCache(), fetch: below });
  const ask = async (headers: Record<string, string> = {}) => {
    const response = await fetch(URL, { method: 'POST', body: BODY, headers });
    const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
    return { response, text: choices[0]?.message.content, outcome: infoOf(response)?.outcome };
  };
  return { inner, below, fetch, ask };
}

test('two caches cause one warning, which says what to do', () => {
  const warnings: unknown[][] = [];
  const { emitWarning } = process;
  process.emitWarning = (...warning: unknown[]) => void warnings.push(warning);
  try {
    const cache = createLlmCache();
    cachedFetch({ cache, fetch: cachedFetch({ cache }) });
    expect(warnings).toEqual([]); // they are one cache
    for (const _each of [1, 2]) start();
  } finally {
    process.emitWarning = emitWarning;
  }
  const about = { type: 'LlmCacheWarning', code: 'TWO_CACHES' };
  expect(warnings).toEqual([[expect.stringContaining('tiers of createLlmCache'), about]]);
});

test('an answer that was forgotten is not served by the cache below, on a hit either', async () => {
  const { ask, inner } = start();
  await ask();
  const hit = await ask();
  expect([hit.text, hit.outcome]).toEqual(['answer 1', 'hit']);
  expect(await invalidateAnswer(hit.response)).toBe(true);
  expect(await ask()).toMatchObject({ text: 'answer 2', outcome: 'miss' });
  expect(inner.stats().requests).toBe(0);
});

test('a refresh is not answered by the cache below', async () => {
  const { ask } = start();
  await ask();
  expect(await ask(control({ mode: 'refresh' }))).toMatchObject({ text: 'answer 2' });
  expect(await ask()).toMatchObject({ text: 'answer 2', outcome: 'hit' });
});

test('what the upper cache passes on goes to the fetch that it was given', async () => {
  const { fetch } = start();
  const own = async () => {
    const response = await fetch('http://127.0.0.1/own/generate', { method: 'POST', body: BODY });
    await response.text();
    return response.headers.get('x-cached-llm');
  };
  expect([await own(), await own()]).toEqual(['miss', 'hit']);
});
