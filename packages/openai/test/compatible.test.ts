import { cachedLlmCall } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { cachedOpenAI, openai } from '@cached-llm/openai';
import {
  type AroundClient,
  answerCase,
  chunksOf,
  describeWithFixtures,
  distinctFetchKeys,
  pairCase,
  type RecordedAnswer,
  type RecordedCase,
  recordedAnswers,
  recordedPairs,
  recordedTwice,
  type WireServer,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { OpenAI } from 'openai';
import { clientOf, withWire } from './wire.ts';

const question = { model: 'test', messages: [{ role: 'user' as const, content: 'Hi' }] };
const answerWith = (message: object, rest = {}) => ({
  id: 'one',
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello', ...message },
      finish_reason: 'stop',
    },
  ],
  ...rest,
});

describe('OpenRouter', () => {
  test('an error under status 200 is returned and not stored', async () => {
    const body = { error: { message: 'Provider returned error', code: 502 } };
    await withWire({ answer: () => ({ body }) }, async ({ client, server, story }) => {
      for (const _round of [1, 2]) {
        expect(await client.chat.completions.create(question)).toMatchObject(body);
      }
      expect(server.count).toBe(2);
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
    });
  });

  test('an error in a choice or in the middle of a stream is not stored', async () => {
    const failed = { choices: [{ index: 0, finish_reason: 'error', message: { content: 'Hal' } }] };
    const chunk = { choices: [{ index: 0, delta: { content: 'Hal' }, finish_reason: null }] };
    const error = { code: 502, message: 'gone' };
    const broken = { ...chunk, error, choices: [{ ...chunk.choices[0], finish_reason: 'error' }] };
    const stream = { kind: 'sse' as const, body: [chunk, broken, '[DONE]'] };
    const answer = ({ body }: { body: string }) =>
      body.includes('"stream":true') ? stream : { body: failed };
    await withWire({ answer }, async ({ client, server }) => {
      for (const _round of [1, 2]) {
        await client.chat.completions.create(question);
        const chunks = client.chat.completions.create({ ...question, stream: true }).then(chunksOf);
        await expect(chunks).rejects.toThrow('gone');
      }
      expect(server.count).toBe(4);
    });
  });

  test.each(['plain', 'streamed'])('a hit saves the cost of a %s answer', async (way) => {
    const usage = { prompt_tokens: 5, completion_tokens: 3, cost: 0.00125 };
    const whole = { choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: 'stop' }] };
    const stream = { kind: 'sse' as const, body: [whole, { choices: [], usage }, '[DONE]'] };
    const answer = () => (way === 'plain' ? { body: answerWith({}, { usage }) } : stream);
    await withWire({ answer }, async ({ server, cache }) => {
      const client = clientOf(server);
      const create = cachedLlmCall(
        function create(request: typeof question & { stream: boolean }) {
          return client.chat.completions.create(request);
        },
        { cache, adapter: openai },
      );
      const request = { ...question, stream: way === 'streamed' };
      const stored = new Promise((resolve) => cache.on('stored', resolve));
      const live = await create(request);
      if (Symbol.asyncIterator in live) await chunksOf(live);
      await stored;
      const { info } = await create.withInfo(request);
      expect(info.saved?.usage).toEqual({ inputTokens: 5, outputTokens: 3, cost: 0.00125 });
    });
  });
});

describe('an answer for which the provider has searched the web', () => {
  const citation = { type: 'url_citation', url_citation: { url: 'https://example.com' } };

  test.each([
    ['Perplexity, always', {}, answerWith({}, { citations: ['https://example.com'] })],
    ['Perplexity, in another field', {}, answerWith({}, { search_results: [{ url: 'x' }] })],
    ['a search model of OpenAI', {}, answerWith({ annotations: [citation] })],
    ['OpenRouter, by model', { model: 'openai/gpt-5:online' }, answerWith({})],
    ['OpenRouter, by plugin', { plugins: [{ id: 'web' }] }, answerWith({})],
    ['xAI', { search_parameters: { mode: 'auto' } }, answerWith({})],
    ['Alibaba', { enable_search: true }, answerWith({})],
  ])('is not stored: %s', async (_name, fields, body) => {
    await withWire({ answer: () => ({ body }) }, async ({ client, server }) => {
      for (const _round of [1, 2]) await client.chat.completions.create({ ...question, ...fields });
      expect(server.count).toBe(2);
    });
  });

  test('is not stored from a stream either, unless an option admits it', async () => {
    const citations = ['https://example.com'];
    const choice = { index: 0, delta: { content: 'Hello' }, finish_reason: 'stop' };
    const stream = { kind: 'sse' as const, body: [{ citations, choices: [choice] }, '[DONE]'] };
    await withWire({ answer: () => stream }, async ({ client, server, cache }) => {
      const asking = { ...question, stream: true as const };
      const ask = async (asked: OpenAI) => chunksOf(await asked.chat.completions.create(asking));
      for (const _round of [1, 2]) await ask(client);
      expect(server.count).toBe(2);
      const admitting = cachedOpenAI(clientOf(server), { cache, admit: { 'hosted-tool': true } });
      for (const _round of [1, 2]) await ask(admitting);
      expect(server.count).toBe(3);
    });
  });
});

const ENDPOINTS = /\/(chat\/completions|responses)$/;

/** Calls as an application does, with the base URL of the provider and a method for each endpoint. */
function ask(
  { path, request }: RecordedCase,
  { server, cache }: AroundClient<WireServer>,
): PromiseLike<unknown> {
  const { pathname } = new URL(path, server.url);
  const baseURL = `${server.url}${pathname.replace(ENDPOINTS, '')}`;
  const plain = new OpenAI({ apiKey: 'sk-test-secret', baseURL, maxRetries: 0 });
  const client = cachedOpenAI(plain, { cache, admit: { 'hosted-tool': true } });
  const asked = request as never; // recorded from an application
  if (pathname.endsWith('/responses')) return client.responses.create(asked);
  return client.chat.completions.create(asked);
}

function isResponsesApi(answer: RecordedAnswer): boolean {
  const [first] = answer.kind === 'json' ? [answer.json] : answer.events;
  const { object, type } = first as { object?: string; type?: string }; // an answer is an object
  return object === 'response' || type?.startsWith('response.') === true;
}

const caseOf = (answer: RecordedAnswer) =>
  answerCase(answer, (stream) => ({
    path: isResponsesApi(answer) ? '/v1/responses' : '/v1/chat/completions',
    request: { model: 'test', input: 'Hi', messages: [], stream },
  }));

const unfitOf = recordedTwice(expect, ask);

const speaking = ['openrouter', 'azure', 'deepseek', 'cerebras', 'together', 'zai', 'huggingface'];
const pairs = () => speaking.flatMap((provider) => recordedPairs({ provider }).map(pairCase));

describeWithFixtures({ describe, test }, "recordings of others who speak OpenAI's wire", () => {
  test('every recorded pair is requested once and served twice', async () => {
    const unfit = await unfitOf(pairs());
    expect(pairs()).toHaveLength(64);
    expect(unfit.length).toBeLessThan(8);
  });

  test('every recorded answer is requested once and served twice', async () => {
    const answers = ['alibaba', 'azure', 'deepseek', 'moonshotai', 'perplexity', 'xai']
      .concat('openai-compatible', 'open-responses')
      .flatMap((provider) => recordedAnswers(provider));
    const unfit = await unfitOf(answers.map(caseOf));
    expect(answers.length).toBeGreaterThan(40);
    expect(unfit.length).toBeLessThan(6);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    const parts = { expect, adapter: openai, cachedFetch };
    expect(await distinctFetchKeys(parts, pairs())).toBeGreaterThan(50);
  });
});
