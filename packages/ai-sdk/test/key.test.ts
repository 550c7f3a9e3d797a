import { type CachedAiSdkOptions, cachedAiSdk } from '@cached-llm/ai-sdk';
import { chunksOf, countEntries, startWireServer } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { generateText, streamText } from 'ai';
import { answerChat, providerOf, SECRET, type Wire, withWire } from './wire.ts';

const answer = answerChat(['Hello']);
const user = (...content: object[]) => [{ role: 'user', content }];
const text = (words: string) => ({ type: 'text', text: words });
const hello = { prompt: user(text('Hi')) };
const image = (bytes: Uint8Array | string) => ({
  type: 'file',
  mediaType: 'image/png',
  data: { type: 'data', data: bytes },
});
const fields = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
function modelIn({ client: openai, cache }: Wire, options: CachedAiSdkOptions = {}) {
  return cachedAiSdk(openai.chat('gpt-test'), { cache, ...options });
}

describe('the key', () => {
  test.each([
    [
      'another version of the SDK',
      { headers: { 'user-agent': 'ai/7.0.1' } },
      { headers: { 'User-Agent': 'ai/7.9.9' } },
    ],
    ['a header that is undefined', { headers: { 'x-a': undefined } }, {}],
    ['raw chunks switched off', { includeRawChunks: false }, {}],
    ['an abort signal', { abortSignal: new AbortController().signal }, {}],
    [
      'the same bytes in another view',
      { prompt: user(image(Buffer.from('cat'))) },
      { prompt: user(image(new TextEncoder().encode('cat'))) },
    ],
  ])('is the same for %s', async (_name, one, other) => {
    await withWire({ answer }, async (wire) => {
      const model = modelIn(wire);
      for (const more of [one, other]) await model.doGenerate({ ...hello, ...more } as never);
      expect(wire.server.count).toBe(1);
    });
  });

  test.each([
    [
      'response format',
      { responseFormat: { type: 'json', schema: fields('a') } },
      { responseFormat: { type: 'json', schema: fields('b') } },
    ],
    [
      'media bytes',
      { prompt: user(image(new Uint8Array([1]))) },
      { prompt: user(image(new Uint8Array([2]))) },
    ],
    [
      'the order of the fields of a schema',
      { responseFormat: { type: 'json', schema: fields('reasoning', 'answer') } },
      { responseFormat: { type: 'json', schema: fields('answer', 'reasoning') } },
    ],
    [
      'the order of the parameters of a tool',
      { tools: [{ type: 'function', name: 'f', inputSchema: fields('a', 'b') }] },
      { tools: [{ type: 'function', name: 'f', inputSchema: fields('b', 'a') }] },
    ],
  ])('differs by %s', async (_name, one, other) => {
    await withWire({ answer }, async (wire) => {
      const model = modelIn(wire);
      for (const more of [one, other]) await model.doGenerate({ ...hello, ...more } as never);
      expect(wire.server.count).toBe(2);
    });
  });

  test('differs by model, by API, by provider name, by base URL and by streaming', async () => {
    const other = await startWireServer({ answer });
    await withWire({ answer }, async ({ server, cache, client: openai }) => {
      const models = [
        openai.chat('gpt-test'),
        openai.chat('gpt-other'),
        providerOf(server, { name: 'proxy' }).chat('gpt-test'),
        providerOf(other).chat('gpt-test'),
        providerOf(server, { baseURL: `${server.url}/v1/` }).chat('gpt-test'),
      ].map((model) => cachedAiSdk(model, { cache }));
      for (const model of models) await generateText({ model, prompt: 'Hi' });
      expect([server.count, other.count]).toEqual([3, 1]);
      const [model] = models;
      if (model !== undefined) await chunksOf(streamText({ model, prompt: 'Hi' }).textStream);
      expect(server.count).toBe(4);
    });
    await other.close();
  });

  test('is the same for two API keys and differs by scope and version', async () => {
    await withWire({ answer }, async ({ server, cache, client: openai }) => {
      const ask = async (provider: typeof openai, options: CachedAiSdkOptions = {}) => {
        const model = cachedAiSdk(provider.chat('gpt-test'), { cache, ...options });
        return generateText({ model, prompt: 'Hi' });
      };
      await ask(openai);
      await ask(providerOf(server, { apiKey: 'sk-another' }));
      expect(server.count).toBe(1);
      await ask(openai, { scope: 'tenant-7' });
      await ask(openai, { version: '2' });
      expect(server.count).toBe(3);
    });
  });
});

describe('a call bypasses the cache', () => {
  test.each([
    ['with raw chunks', { includeRawChunks: true }, 'not-shareable'],
    [
      'with a previous response',
      { providerOptions: { openai: { previousResponseId: 'r' } } },
      'stateful',
    ],
    ['with a conversation', { providerOptions: { openai: { conversation: 'c' } } }, 'stateful'],
    ['with cached content', { providerOptions: { google: { cachedContent: 'c' } } }, 'stateful'],
    [
      'with a draft of a guardrail',
      { providerOptions: { bedrock: { guardrailConfig: { guardrailVersion: 'DRAFT' } } } },
      'stateful',
    ],
    [
      'with a function among its parameters',
      { providerOptions: { x: { now: () => 1 } } },
      'not-canonical',
    ],
  ])('%s', async (_name, fields, reason) => {
    await withWire({ answer }, async (wire) => {
      const model = modelIn(wire);
      for (const _round of [1, 2]) {
        const { stream } = await model.doStream({ ...hello, ...fields } as never);
        expect((await chunksOf(stream)).at(-1)?.type).toBe('finish');
      }
      expect(wire.server.count).toBe(2);
      expect(wire.reasons).toEqual([reason, reason]);
    });
  });

  test('where `when` returns false or throws', async () => {
    await withWire({ answer }, async (wire) => {
      const never = modelIn(wire, { when: () => false });
      await generateText({ model: never, prompt: 'Hi' });
      const broken = modelIn(wire, {
        when: () => {
          throw new Error('mine');
        },
      });
      await generateText({ model: broken, prompt: 'Hi' });
      expect(wire.reasons).toEqual(['when', 'unreadable']);
    });
  });

  test('in the mode off, without an event', async () => {
    await withWire({ answer }, async (wire) => {
      const model = modelIn(wire, { mode: 'off' });
      await generateText({ model, prompt: 'Hi' });
      await chunksOf(streamText({ model, prompt: 'Hi' }).textStream);
      expect([wire.server.count, wire.story]).toEqual([2, []]);
    });
  });
});

test('no secret, no prompt and no request reaches the store', async () => {
  await withWire({ answer }, async (wire) => {
    const model = modelIn(wire);
    const headers = { authorization: 'Bearer sk-in-a-header', 'x-api-key': 'key-in-a-header' };
    await generateText({ model, prompt: 'A private question', headers });
    await chunksOf(streamText({ model, prompt: 'A private question', headers }).textStream);
    const dump = JSON.stringify([...wire.store]);
    expect(countEntries(wire.store)).toBe(2);
    expect(dump).toContain('Hello');
    for (const text of [SECRET, 'sk-in', 'key-in', 'private question', 'content-type'])
      expect(dump).not.toContain(text);
  });
});
