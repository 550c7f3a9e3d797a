import { cachedLlmCall, createLlmCache, LlmCacheError } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { describe, expect, test } from '@jest/globals';

/** A fetch that counts its calls. */
function trial(sameAs?: Readonly<Record<string, string>>) {
  const cache = createLlmCache();
  const sent: string[] = [];
  const fetch = cachedFetch({
    cache,
    sameAs,
    fetch: async (input, init) => {
      sent.push(`${input} ${JSON.parse(String(init?.body)).model}`);
      return Response.json({ choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] });
    },
  });
  const ask = async (url: string, model: string, content = 'Hi') => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content }] });
    const { headers } = await fetch(url, { method: 'POST', body });
    return headers.get('x-cached-llm');
  };
  return { ask, sent };
}

const EU = 'https://eu.example.com/v1/chat/completions';
const US = 'https://us.example.com/v1/chat/completions';
const DEPLOYED = (name: string) =>
  `https://eu.example.com/openai/deployments/${name}/chat/completions?api-version=1`;

describe('equal models behind several endpoints', () => {
  test('are apart, unless the user says that they are the same', async () => {
    const apart = trial();
    expect([await apart.ask(EU, 'm'), await apart.ask(US, 'm')]).toEqual(['miss', 'miss']);
    const { ask, sent } = trial({
      'https://eu.example.com': 'pool',
      'https://us.example.com/': 'pool',
    });
    expect([await ask(EU, 'm'), await ask(US, 'm'), await ask(US, 'other')]).toEqual([
      'miss',
      'hit',
      'miss',
    ]);
    expect(sent).toEqual([`${EU} m`, `${US} other`]);
  });

  test('may be one base URL, one model or one deployment', async () => {
    const bases = trial({ 'https://eu.example.com/v1': 'a', 'https://eu.example.com': 'b' });
    expect(await bases.ask(EU, 'm')).toBe('miss');
    expect(await bases.ask('https://eu.example.com/v1x/chat/completions', 'm')).toBe('miss');
    const { ask } = trial({ 'gpt-eu': 'gpt', 'gpt-us': 'gpt' });
    expect([await ask(EU, 'gpt-eu'), await ask(EU, 'gpt-us'), await ask(EU, 'gpt')]).toEqual([
      'miss',
      'hit',
      'hit',
    ]);
    expect([await ask(DEPLOYED('gpt-eu'), 'm'), await ask(DEPLOYED('gpt-us'), 'm')]).toEqual([
      'miss',
      'hit',
    ]);
    expect(await ask(DEPLOYED('gpt-br'), 'm')).toBe('miss');
  });

  test('are never two prompts, although one is the name of a deployment', async () => {
    const { ask } = trial({ 'gpt-eu': 'gpt' });
    expect([await ask(EU, 'gpt', 'gpt'), await ask(EU, 'gpt', 'gpt-eu')]).toEqual(['miss', 'miss']);
  });

  test('of a function are its models', async () => {
    const ask = cachedLlmCall(async ({ model }: { model: string }) => ({ text: model }), {
      cache: createLlmCache(),
      name: 'ask',
      sameAs: { 'gpt-eu': 'gpt' },
    });
    expect([await ask({ model: 'gpt' }), await ask({ model: 'gpt-eu' })]).toEqual([
      { text: 'gpt' },
      { text: 'gpt' },
    ]);
  });

  test.each<[string, unknown]>([
    ['a text', 'pool'],
    ['a list', ['pool']],
    ['an empty name', { a: '' }],
    ['a number', { a: 1 }],
    ['null', null],
  ])('refuse %s', (_what, sameAs) => {
    const wrong = () => cachedFetch({ cache: createLlmCache(), sameAs: sameAs as never });
    expect(wrong).toThrow(LlmCacheError);
  });
});
