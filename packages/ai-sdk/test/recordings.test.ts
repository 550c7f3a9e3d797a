import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { createLlmCache } from '@cached-llm/core';
import { fieldsOf } from '@cached-llm/core/adapter';
import {
  type AroundClient,
  answerCase,
  describeWithFixtures,
  distinctKeys,
  pairCase,
  type RecordedAnswer,
  type RecordedCase,
  type RecordedPair,
  recordedPairs,
  recordedTwice,
  startWireServer,
  type WireServer,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { openaiAnswers, providerOf } from './wire.ts';

type Api = 'chat' | 'responses' | 'completion' | 'embedding';

interface Case extends RecordedCase {
  readonly api: Api;
  readonly streamed: boolean;
}

const user = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] });

type Model = Parameters<typeof cachedAiSdk>[0] & {
  doGenerate(params: object): Promise<object>;
  doStream(params: object): Promise<{ stream: AsyncIterable<unknown> }>;
  doEmbed(params: object): Promise<object>;
};

/** The result of a model, without its HTTP exchange. */
async function askModel(model: Model, { api, streamed, request }: Case): Promise<unknown> {
  if (streamed) return (await model.doStream(request)).stream;
  const call = api === 'embedding' ? model.doEmbed(request) : model.doGenerate(request);
  const { request: _request, response, ...said } = (await call) as Record<string, unknown>;
  const { headers: _headers, body: _body, ...metadata } = fieldsOf(response);
  return { ...said, metadata };
}

function ask(recorded: Case, { server, cache }: AroundClient<WireServer>): Promise<unknown> {
  const made = providerOf(server)[recorded.api]('gpt-test');
  // All servers have one base URL, so that their keys can be compared.
  const config = { ...Reflect.get(made, 'config'), baseURL: 'https://a.test' };
  const model = Object.assign(made, { config }) as never;
  return askModel(cachedAiSdk(model, { cache, admit: { 'hosted-tool': true } }) as never, recorded);
}

const notStoredOf = recordedTwice(expect, ask);

const APIS: readonly (readonly [RegExp, Api])[] = [
  [/\/chat\/completions$/, 'chat'],
  [/\/v1\/responses$/, 'responses'],
];

/** A recorded request as parameters: its fields become options of a provider that does not send them. */
function pairCases(pair: RecordedPair): readonly Case[] {
  const { request: recorded, ...rest } = pairCase(pair);
  const api = APIS.find(([path]) => path.test(new URL(pair.url).pathname))?.[1];
  const request = { prompt: [user('Hi')], providerOptions: { recorded } };
  return api === undefined ? [] : [{ ...rest, api, streamed: pair.kind === 'sse', request }];
}

function caseOf(answer: RecordedAnswer): readonly Case[] {
  if (!['chat', 'completion', 'embedding', 'responses'].includes(answer.sub)) return [];
  const api = answer.sub as Api; // checked in the line above
  const request = api === 'embedding' ? { values: ['a', 'b'] } : { prompt: [user('Hi')] };
  const streamed = answer.kind === 'stream';
  return [{ ...answerCase(answer, () => ({ path: '', request })), api, streamed }];
}

describeWithFixtures({ describe, test }, 'recordings of real services', () => {
  test('every recorded answer is requested once and returned twice', async () => {
    const cases = openaiAnswers().flatMap(caseOf);
    await notStoredOf(cases);
    expect(cases.length).toBeGreaterThan(40);
  });

  test('every recorded request is sent once and answered twice', async () => {
    const cases = recordedPairs().flatMap(pairCases);
    const notStored = await notStoredOf(cases);
    expect(cases.length).toBeGreaterThan(250);
    expect(notStored.length).toBeLessThan(cases.length / 5);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    const server = await startWireServer({ answer: () => ({ body: {} }) });
    const cache = createLlmCache();
    const parts = {
      expect,
      cache,
      // The key exists, even where the model rejects the empty answer.
      ask: (recorded: Case) => ask(recorded, { server, cache }).catch(() => undefined),
      textOf: ({ api, streamed, request }: Case) =>
        JSON.stringify([api, streamed, sorted(request)]),
    };
    const cases = recordedPairs().flatMap(pairCases);
    expect(await distinctKeys(parts, cases)).toBeGreaterThan(200);
    await server.close();
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
}
