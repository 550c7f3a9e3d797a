import { createLlmCache } from '@cached-llm/core';
import { CachedLlmCache, cachedFetch } from '@cached-llm/langchain';
import {
  describeWithFixtures,
  type RecordedPair,
  recordedPairs,
  startWireServer,
  toExchange,
  type WireServer,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { BaseMessage } from '@langchain/core/messages';
import { allOf, chatAnthropic, chatOpenAI } from './wire.ts';

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

async function outcomeOf(model: Model, { source, kind }: RecordedPair): Promise<unknown> {
  const prompt = source.replaceAll('[', '('); // a word in brackets is a placeholder to LangChain's cache
  try {
    if (kind === 'sse') return (await allOf(await model.stream(prompt))).map(saying);
    return saying(await model.invoke(prompt));
  } catch (error) {
    return `${(error as Error).constructor.name}: ${(error as Error).message.slice(0, 80)}`;
  }
}

/** Asks twice through one cache; says why the answer was not kept, if it was not. */
async function askTwice(
  pair: RecordedPair,
  wayOf: (cache: ReturnType<typeof createLlmCache>) => Way,
) {
  const { response } = toExchange(pair);
  const server = await startWireServer({ answer: () => response });
  const cache = createLlmCache();
  let reason: string | undefined;
  cache.on('not-admitted', (event) => (reason = event.reason));
  cache.on('bypass', (event) => (reason = `bypass: ${event.reason}`));
  const make = MODELS[new URL(pair.url).pathname] ?? openAI(false);
  const model = make(server, wayOf(cache));
  const first = await outcomeOf(model, pair);
  const second = await outcomeOf(model, pair);
  const { count } = server;
  await server.close();
  await cache.close();
  return { first, second, count, reason };
}

describeWithFixtures({ describe, test }, 'recordings of real services', () => {
  const pairs = () =>
    recordedPairs().filter(
      ({ provider, url }) =>
        ['openai', 'anthropic', 'openrouter'].includes(provider) &&
        /\/(chat\/completions|responses|messages)$/.test(new URL(url).pathname),
    );

  test('through the fetch: every pair is asked once and answered twice', async () => {
    const unfit: string[] = [];
    const all = pairs();
    for (const pair of all) {
      const { first, second, count, reason } = await askTwice(pair, (cache) => ({
        fetch: cachedFetch({ cache }),
      }));
      expect([pair.source, second]).toEqual([pair.source, first]);
      expect([pair.source, count]).toEqual([pair.source, reason === undefined ? 1 : 2]);
      if (reason !== undefined) unfit.push(`${pair.source}: ${reason}`);
    }
    console.info(
      `${all.length - unfit.length} of ${all.length} pairs; not kept:\n${unfit.join('\n')}`,
    );
    expect(all.length).toBeGreaterThan(300);
    expect(unfit.length).toBeLessThan(all.length / 5);
  }, 240_000);

  test('through the BaseCache: every pair is asked once and answered twice', async () => {
    const unfit: string[] = [];
    const all = pairs().filter(({ kind }) => kind === 'json');
    for (const pair of all) {
      const { first, second, count, reason } = await askTwice(pair, (cache) => ({
        cache: new CachedLlmCache({ cache, admit: { 'hosted-tool': true } }),
      }));
      const failed = typeof first === 'string' ? first : undefined;
      expect([pair.source, second]).toEqual([pair.source, first]);
      expect([pair.source, count]).toEqual([pair.source, (reason ?? failed) === undefined ? 1 : 2]);
      if (count > 1) unfit.push(`${pair.source}: ${reason ?? failed}`);
    }
    console.info(
      `${all.length - unfit.length} of ${all.length} pairs; not kept:\n${unfit.join('\n')}`,
    );
    expect(all.length).toBeGreaterThan(300);
    expect(unfit.length).toBeLessThan(all.length / 5);
  }, 240_000);
});
