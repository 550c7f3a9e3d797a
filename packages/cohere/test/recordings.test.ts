import { cachedCohere, cohere } from '@cached-llm/cohere';
import { createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import {
  answerAsServerSentEvents,
  describeWithFixtures,
  type ExchangeResponse,
  type RecordedPair,
  recordedAnswers,
  recordedPairs,
  startWireServer,
  toExchange,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { CohereClient } from 'cohere-ai';
import { chunksOf } from './wire.ts';

interface Case {
  readonly name: string;
  readonly path: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly response: ExchangeResponse;
}

/** What belongs to the user keeps its names. */
const OWN = new Set(['parameters', 'arguments', 'schema']);

/** A request of the wire in the words of the SDK. */
function inWordsOfTheSdk(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWordsOfTheSdk);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, part]) => [
    name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()),
    OWN.has(name) ? part : inWordsOfTheSdk(part),
  ]);
  return Object.fromEntries(fields);
}

type Ask = (client: CohereClient, request: never) => PromiseLike<unknown>;

/** What an application calls for each endpoint, plain and streamed. */
const METHODS: Readonly<Record<string, readonly [Ask, Ask?]>> = {
  '/v2/chat': [
    (client, request) => client.v2.chat(request),
    (client, request) => client.v2.chatStream(request),
  ],
  '/v1/generate': [
    (client, request) => client.generate(request),
    (client, request) => client.generateStream(request),
  ],
  '/v2/embed': [(client, request) => client.v2.embed(request)],
  '/v2/rerank': [(client, request) => client.v2.rerank(request)],
};

async function outcomeOf(client: CohereClient, { path, request }: Case): Promise<unknown> {
  const [plain, streamed] = METHODS[path] ?? [];
  const { stream, ...asked } = request;
  const ask = stream === true ? streamed : plain;
  const response = await ask?.(client, inWordsOfTheSdk(asked) as never); // recorded from the service
  return stream === true ? chunksOf(response as AsyncIterable<unknown>) : response;
}

/** Asks twice through one cache; says why the answer was not kept, if it was not. */
async function askTwice(each: Case) {
  const server = await startWireServer({ answer: () => each.response });
  const cache = createLlmCache();
  let reason: string | undefined;
  cache.on('not-admitted', (event) => (reason = event.reason));
  cache.on('bypass', (event) => (reason = `bypass: ${event.reason}`));
  const client = cachedCohere(new CohereClient({ token: 'none', environment: server.url }), {
    cache,
  });
  const first = await outcomeOf(client, each);
  const second = await outcomeOf(client, each);
  const { count } = server;
  await server.close();
  return { first, second, count, reason };
}

async function unfitOf(cases: readonly Case[]): Promise<readonly string[]> {
  const unfit: string[] = [];
  for (const each of cases) {
    const { first, second, count, reason } = await askTwice(each);
    expect([each.name, second]).toEqual([each.name, first]);
    expect([each.name, typeof first]).toEqual([each.name, 'object']);
    expect([each.name, count]).toEqual([each.name, reason === undefined ? 1 : 2]);
    if (reason !== undefined) unfit.push(`${each.name}: ${reason}`);
  }
  const kept = `${cases.length - unfit.length} of ${cases.length} from the store`;
  console.info([`${kept}; not kept:`, ...unfit].join('\n'));
  return unfit;
}

const pairs = () => recordedPairs({ provider: 'cohere' });

/** The stream of the first version is lines of JSON, kept as one text. */
function responseOf(pair: RecordedPair): ExchangeResponse {
  const { response } = toExchange(pair);
  if (typeof pair.response !== 'string') return response;
  return { ...response, kind: 'ndjson' };
}

const questions: Readonly<Record<string, readonly [string, object]>> = {
  'cohere-embedding': [
    '/v2/embed',
    { model: 'e', texts: ['a', 'b'], input_type: 'search_query', embedding_types: ['float'] },
  ],
  'cohere-reranking.1': ['/v2/rerank', { model: 'r', query: 'q', documents: ['a', 'b'] }],
};
const chat = { model: 'command-test', messages: [{ role: 'user', content: 'Hi' }] };

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).reverse();
  return Object.fromEntries(fields.map(([name, part]) => [name, reversed(part)]));
}

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is asked once and answered twice', async () => {
    const cases = pairs().map((pair) => ({
      name: pair.source,
      path: new URL(pair.url).pathname,
      request: pair.request as Case['request'], // each is an object
      response: responseOf(pair),
    }));
    expect(await unfitOf(cases)).toEqual([]);
    expect(cases).toHaveLength(8);
  });

  test('every recorded answer is asked for once and given twice', async () => {
    const cases = recordedAnswers('cohere').map((answer) => {
      const [path, request] = questions[answer.name] ?? ['/v2/chat', chat];
      return {
        name: `${answer.name} ${answer.kind}`,
        path,
        request: { ...request, stream: answer.kind === 'stream' },
        response:
          answer.kind === 'stream'
            ? { kind: 'sse' as const, body: answerAsServerSentEvents(answer) }
            : { body: answer.json },
      };
    });
    expect(await unfitOf(cases)).toEqual(['cohere-max-tokens json: truncated']);
    expect(cases).toHaveLength(8);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    let asked = 0;
    const answer = pairs().find(({ url }) => url.endsWith('/v2/chat'))?.response;
    const upstream = async () => {
      asked += 1;
      return Response.json(answer);
    };
    const ask = cachedFetch({ cache: createLlmCache(), adapter: cohere, fetch: upstream });
    const post = (url: string, request: unknown) =>
      ask(url, { method: 'POST', body: JSON.stringify(request) });
    for (const { url, request } of pairs()) await post(url, request);
    const distinct = new Set(pairs().map(({ request }) => JSON.stringify(request)));
    expect(asked).toBe(distinct.size);
    for (const { url, request } of pairs()) await post(url, reversed(request));
    expect(asked).toBe(distinct.size);
  });
});
