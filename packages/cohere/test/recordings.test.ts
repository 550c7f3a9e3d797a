import { cachedCohere, cohere } from '@cached-llm/cohere';
import { cachedFetch } from '@cached-llm/http';
import {
  type AroundClient,
  answerCase,
  camelCased,
  describeWithFixtures,
  distinctFetchKeys,
  pairCase,
  type RecordedCase,
  recordedAnswers,
  recordedPairs,
  recordedTwice,
  type WireServer,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { CohereClient } from 'cohere-ai';

type Ask = (client: CohereClient, request: never) => PromiseLike<unknown>;

/** The methods that an application calls for each endpoint, without and with streaming. */
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

/** Calls the method that an application calls. The SDK accepts every recorded answer. */
async function ask(
  { path, request }: RecordedCase,
  { server, cache }: AroundClient<WireServer>,
): Promise<unknown> {
  const given = new CohereClient({ token: 'none', environment: server.url });
  const [plain, streamed] = METHODS[path] ?? [];
  const { stream, ...asked } = request as { readonly stream?: boolean };
  const call = stream === true ? streamed : plain;
  return call?.(cachedCohere(given, { cache }), camelCased(asked) as never); // recorded from the service
}

const unfitOf = recordedTwice(expect, ask);

/** The stream of the first version is lines of JSON, recorded as one text. */
const pairs = () =>
  recordedPairs({ provider: 'cohere' }).map((pair): RecordedCase => {
    const { response, ...recorded } = pairCase(pair);
    const kind = typeof pair.response === 'string' ? 'ndjson' : pair.kind;
    return { ...recorded, response: { ...response, kind } };
  });

const questions: Readonly<Record<string, Pick<RecordedCase, 'path' | 'request'>>> = {
  'cohere-embedding': {
    path: '/v2/embed',
    request: {
      model: 'e',
      texts: ['a', 'b'],
      input_type: 'search_query',
      embedding_types: ['float'],
    },
  },
  'cohere-reranking.1': {
    path: '/v2/rerank',
    request: { model: 'r', query: 'q', documents: ['a', 'b'] },
  },
};
const chat = { model: 'command-test', messages: [{ role: 'user', content: 'Hi' }] };

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is requested once and served twice', async () => {
    expect(await unfitOf(pairs())).toEqual([]);
    expect(pairs()).toHaveLength(8);
  });

  test('every recorded answer is requested once and served twice', async () => {
    const cases = recordedAnswers('cohere').map((answer) =>
      answerCase(
        answer,
        (stream) => questions[answer.name] ?? { path: '/v2/chat', request: { ...chat, stream } },
      ),
    );
    expect(await unfitOf(cases)).toEqual(['cohere cohere-max-tokens json: truncated']);
    expect(cases).toHaveLength(8);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    const parts = { expect, adapter: cohere, cachedFetch };
    expect(await distinctFetchKeys(parts, pairs())).toBeGreaterThan(5);
  });
});
