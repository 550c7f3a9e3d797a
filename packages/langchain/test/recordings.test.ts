import type { LlmCache } from '@cached-llm/core';
import { CachedLlmCache, cachedFetch } from '@cached-llm/langchain';
import {
  chunksOf,
  describeWithFixtures,
  pairCase,
  type RecordedCase,
  recordedPairs,
  servedTwice,
  startRecorded,
  type WireServer,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { BaseMessage } from '@langchain/core/messages';
import { chatAnthropic, chatOpenAI } from './wire.ts';

type Model = ReturnType<typeof chatAnthropic> | ReturnType<typeof chatOpenAI>;
type Fetch = ReturnType<typeof cachedFetch>;
interface Way {
  readonly fetch?: Fetch;
  readonly cache?: CachedLlmCache;
}
type Make = (server: WireServer, way: Way) => Model;

const openAI =
  (useResponsesApi: boolean): Make =>
  (server, { fetch, cache }) =>
    chatOpenAI(server, {
      useResponsesApi,
      ...(fetch && { configuration: { fetch } }),
      ...(cache && { cache }),
    });

const anthropic: Make = (server, { fetch, cache }) =>
  chatAnthropic(server, { ...(fetch && { clientOptions: { fetch } }), ...(cache && { cache }) });

const MODELS: Readonly<Record<string, Make>> = {
  '/v1/chat/completions': openAI(false),
  '/v1/responses': openAI(true),
  '/v1/messages': anthropic,
};

const saying = ({
  content,
  tool_calls: calls,
  response_metadata: metadata,
}: BaseMessage & { tool_calls?: unknown }) => ({
  content,
  calls,
  metadata,
});

async function ask(model: Model, { name, response }: RecordedCase): Promise<unknown> {
  const prompt = name.replaceAll('[', '('); // the cache treats a text in brackets as a placeholder
  if (response.kind !== 'sse') return saying(await model.invoke(prompt));
  return (await chunksOf(model.stream(prompt))).map(saying);
}

const notStoredOf = (cases: readonly RecordedCase[], wayOf: (cache: LlmCache) => Way) =>
  servedTwice(
    {
      expect,
      start: startRecorded,
      ask(recorded: RecordedCase, { server, cache }) {
        const make = MODELS[new URL(recorded.url).pathname] ?? openAI(false);
        return ask(make(server, wayOf(cache)), recorded);
      },
    },
    cases,
  );

describeWithFixtures({ describe, test }, 'recordings of real services', () => {
  const pairs = (kind?: 'json') =>
    ['openai', 'anthropic', 'openrouter']
      .flatMap((provider) => recordedPairs(kind === undefined ? { provider } : { provider, kind }))
      .filter(({ url }) => /\/(chat\/completions|responses|messages)$/.test(new URL(url).pathname))
      .map(pairCase);

  test('through the fetch: every recorded request is sent once and answered twice', async () => {
    const notStored = await notStoredOf(pairs(), (cache) => ({ fetch: cachedFetch({ cache }) }));
    expect(pairs().length).toBeGreaterThan(300);
    expect(notStored.length).toBeLessThan(pairs().length / 5);
  });

  test('through the BaseCache: every recorded request is sent once and answered twice', async () => {
    const identity = { provider: 'recorded' }; // ChatAnthropic does not tell its cache who answers
    const notStored = await notStoredOf(pairs('json'), (cache) => ({
      cache: new CachedLlmCache({ cache, identity, admit: { 'hosted-tool': true } }),
    }));
    expect(pairs('json').length).toBeGreaterThan(300);
    expect(notStored.length).toBeLessThan(pairs('json').length / 5);
  });
});
