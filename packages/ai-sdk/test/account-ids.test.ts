import { createOpenAI } from '@ai-sdk/openai';
import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { type CallOptions, createLlmCache, type LlmCache } from '@cached-llm/core';
import {
  demoExchanges,
  fixtureStore,
  manualClock,
  startWireServer,
  temporaryFolder,
  type WireServer,
} from '@cached-llm/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateText } from 'ai';
import { answerChat, providerOf } from './wire.ts';

const DAY = 24 * 60 * 60 * 1000;
const answerToChat = answerChat(['Hello']);

let server: WireServer;
beforeAll(async () => {
  server = await startWireServer({
    answer: ({ path, json }) =>
      path.endsWith('/responses') ? demoExchanges.responsesApi.response : answerToChat({ json }),
  });
});
afterAll(() => server.close());

interface Asking {
  readonly cache?: LlmCache;
  readonly options?: CallOptions;
  readonly store?: boolean;
  readonly isChat?: boolean;
}

/** How many requests reach the server when these keys ask the same, one after the other. */
async function requestsOf(keys: readonly string[], asking: Asking = {}): Promise<number> {
  const { cache = createLlmCache(), options, store, isChat } = asking;
  const before = server.count;
  for (const apiKey of keys) {
    const openai = providerOf(server, { apiKey });
    const of = isChat === true ? openai.chat('gpt-test') : openai.responses('gpt-test');
    const model = cachedAiSdk(of, { cache, ...options });
    const providerOptions = store === undefined ? {} : { openai: { store } };
    await generateText({ model, prompt: 'Hi', providerOptions });
  }
  return server.count - before;
}

describe('a response whose items the next turn refers to is for callers of one credential', () => {
  test.each<[string, number, readonly string[], Asking]>([
    ['two keys do not share it', 2, ['a', 'b', 'a', 'b'], {}],
    ['nor do they share encrypted thoughts', 2, ['a', 'b'], { store: false }],
    ['a chat completion is shared', 1, ['a', 'b'], { isChat: true }],
    ['it is not where it is stored', 2, ['a', 'b'], { isChat: true, store: true }],
    [
      'a user who says so shares all',
      1,
      ['a', 'b'],
      { options: { ignore: ['headers.authorization'] } },
    ],
  ])('%s', async (_what, expected, keys, asking) => {
    expect(await requestsOf(keys, asking)).toBe(expected);
  });

  test('a resource of Azure is an account, whichever key asks', async () => {
    const own = globalThis.fetch;
    let count = 0;
    globalThis.fetch = async () => {
      count += 1;
      return Response.json(demoExchanges.responsesApi.response.body);
    };
    try {
      const cache = createLlmCache();
      const ask = async (resource: string, apiKey: string) => {
        const url = `https://${resource}.openai.azure.com/openai`;
        const model = cachedAiSdk(providerOf({ url }, { apiKey }).responses('gpt-test'), { cache });
        await generateText({ model, prompt: 'Hi' });
        return count;
      };
      expect([await ask('one', 'a'), await ask('one', 'b'), await ask('two', 'b')]).toEqual([
        1, 1, 2,
      ]);
    } finally {
      globalThis.fetch = own;
    }
  });

  test('a project of OpenAI is an account, whichever key asks', async () => {
    const own = globalThis.fetch;
    let count = 0;
    globalThis.fetch = async () => {
      count += 1;
      return Response.json(demoExchanges.responsesApi.response.body);
    };
    try {
      const cache = createLlmCache();
      const ask = async (apiKey: string, named: object) => {
        const provider = createOpenAI({ apiKey, ...named });
        const model = cachedAiSdk(provider.responses('gpt-test'), { cache });
        await generateText({ model, prompt: 'Hi' });
        return count;
      };
      const one = { organization: 'o', project: 'one' };
      expect([await ask('a', one), await ask('b', one)]).toEqual([1, 1]);
      expect(await ask('b', { ...one, project: 'other' })).toBe(2);
      expect([
        await ask('a', { organization: 'o' }),
        await ask('b', { organization: 'o' }),
      ]).toEqual([3, 4]);
    } finally {
      globalThis.fetch = own;
    }
  });

  test('it is not served after the 30 days for which it is stored', async () => {
    const clock = manualClock();
    const start = clock.now();
    const asking = { cache: createLlmCache({ now: clock.now, ttl: '90d', staleIfError: '90d' }) };
    expect(await requestsOf(['a'], asking)).toBe(1);
    clock.set(start + 29 * DAY);
    expect(await requestsOf(['a'], asking)).toBe(0);
    clock.set(start + 30 * DAY);
    expect(await requestsOf(['a'], asking)).toBe(1);
  });

  test('a fixture is replayed under another key', async () => {
    const folder = await temporaryFolder();
    const store = fixtureStore(folder.path);
    const recording = createLlmCache({ store });
    const replaying = createLlmCache({ store, mode: 'replay' });
    try {
      expect(await requestsOf(['a'], { cache: recording })).toBe(1);
      expect(await requestsOf(['b'], { cache: replaying })).toBe(0);
    } finally {
      await recording.close();
      await replaying.close();
      await folder.remove();
    }
  });
});
