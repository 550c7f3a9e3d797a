import { cachedOpenAI } from '@cached-llm/openai';
import {
  answerCase,
  describeWithFixtures,
  oneByOne,
  pairCase,
  type RecordedCase,
  recordedAnswers,
  recordedPairs,
  recordedTwice,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { OpenAI } from 'openai';
import { clientOf } from './wire.ts';

type Ask = (client: OpenAI, request: never) => PromiseLike<unknown>;

/** The method that an application calls for each endpoint. */
const METHODS: Readonly<Record<string, Ask>> = {
  '/v1/chat/completions': (client, request) => client.chat.completions.create(request),
  '/v1/completions': (client, request) => client.completions.create(request),
  '/v1/responses': (client, request) => client.responses.create(request),
  '/v1/embeddings': (client, request) => client.embeddings.create(request),
};

const unfitOf = recordedTwice(expect, ({ path, request }, { server, cache }) => {
  const client = cachedOpenAI(clientOf(server), { cache, admit: { 'hosted-tool': true } });
  return METHODS[path]?.(client, request as never); // recorded from an application
});

const PATHS: Readonly<Record<string, string>> = {
  chat: '/v1/chat/completions',
  completion: '/v1/completions',
  responses: '/v1/responses',
  embedding: '/v1/embeddings',
};

/** Some files hold the responses of several requests, one after the other. */
const answers = () =>
  recordedAnswers('openai').flatMap((answer) =>
    answer.sub === 'responses'
      ? oneByOne(answer, /^response\.(completed|incomplete|failed)$/)
      : [answer],
  );

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is requested once and served twice', async () => {
    const pairs = recordedPairs({ provider: 'openai' }).map(pairCase);
    const cases = pairs.filter(({ path }) => path in METHODS);
    const unfit = await unfitOf(cases);
    expect(cases.length).toBeGreaterThan(250);
    expect(unfit.length).toBeLessThan(cases.length / 5);
  });

  test('every recorded answer is requested once and served twice', async () => {
    const cases = answers().flatMap((answer): RecordedCase[] => {
      const path = PATHS[answer.sub];
      if (path === undefined) return [];
      const input = answer.sub === 'embedding' ? ['a', 'b'] : 'Hi';
      const request = { model: 'gpt-test', input, messages: [], prompt: 'Hi' };
      return [answerCase(answer, (stream) => ({ path, request: { ...request, stream } }))];
    });
    await unfitOf(cases);
    expect(cases.length).toBeGreaterThan(40);
  });
});
