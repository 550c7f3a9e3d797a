import { createLlmCache } from '@cached-llm/core';
import { cachedOpenAI } from '@cached-llm/openai';
import {
  answerAsServerSentEvents,
  describeWithFixtures,
  type ExchangeResponse,
  type RecordedAnswer,
  recordedAnswers,
  recordedPairs,
  startWireServer,
  toExchange,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { OpenAI } from 'openai';
import { chunksOf, clientOf } from './wire.ts';

type Ask = (client: OpenAI, request: never) => PromiseLike<unknown>;

/** What an application calls for each endpoint. */
const METHODS: Readonly<Record<string, Ask>> = {
  '/v1/chat/completions': (client, request) => client.chat.completions.create(request),
  '/v1/completions': (client, request) => client.completions.create(request),
  '/v1/responses': (client, request) => client.responses.create(request),
  '/v1/embeddings': (client, request) => client.embeddings.create(request),
};

async function outcomeOf(ask: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    const response = await ask();
    const isStream =
      typeof response === 'object' && response !== null && Symbol.asyncIterator in response;
    return isStream ? await chunksOf(response as AsyncIterable<unknown>) : response;
  } catch (error) {
    return `${(error as Error).constructor.name}: ${(error as Error).message}`;
  }
}

interface Case {
  readonly name: string;
  readonly path: string;
  readonly request: unknown;
  readonly response: ExchangeResponse;
}

/** Asks twice through one cache; says why the answer was not kept, if it was not. */
async function askTwice({ path, request, response }: Case) {
  const server = await startWireServer({ answer: () => response });
  const cache = createLlmCache();
  let reason: string | undefined;
  cache.on('not-admitted', (event) => (reason = event.reason));
  cache.on('bypass', (event) => (reason = `bypass: ${event.reason}`));
  const client = cachedOpenAI(clientOf(server), { cache, admit: { 'hosted-tool': true } });
  const ask = () =>
    outcomeOf(() => METHODS[path]?.(client, request as never) as PromiseLike<unknown>);
  const first = await ask();
  const second = await ask();
  const { count } = server;
  await server.close();
  return { first, second, count, reason };
}

async function check(cases: readonly Case[]) {
  const unfit: string[] = [];
  for (const each of cases) {
    const { first, second, count, reason } = await askTwice(each);
    expect([each.name, second]).toEqual([each.name, first]);
    expect([each.name, count]).toEqual([each.name, reason === undefined ? 1 : 2]);
    if (reason !== undefined) unfit.push(`${each.name}: ${reason}`);
  }
  return unfit;
}

/** Some files hold the responses of several requests, one after the other. */
function oneByOne(answer: RecordedAnswer): readonly RecordedAnswer[] {
  if (answer.kind === 'json' || answer.sub !== 'responses') return [answer];
  const isEnd = (line: string) => /"type":\s*"response\.(completed|incomplete|failed)"/.test(line);
  const ends = answer.lines.flatMap((line, index) => (isEnd(line) ? [index + 1] : []));
  return ends.map((end, index) => {
    const start = ends[index - 1] ?? 0;
    const lines = answer.lines.slice(start, end);
    const events = answer.events.slice(start, end);
    return { ...answer, name: `${answer.name} #${index}`, lines, events };
  });
}

const PATHS: Readonly<Record<string, string>> = {
  chat: '/v1/chat/completions',
  completion: '/v1/completions',
  responses: '/v1/responses',
  embedding: '/v1/embeddings',
};

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is asked once and answered twice', async () => {
    const pairs = recordedPairs({ provider: 'openai' });
    const cases = pairs.flatMap((pair): Case[] => {
      const path = new URL(pair.url).pathname;
      const { response } = toExchange(pair);
      return path in METHODS ? [{ name: pair.source, path, request: pair.request, response }] : [];
    });
    const unfit = await check(cases);
    console.info(
      `${cases.length - unfit.length} of ${cases.length} pairs from the store; not kept:\n${unfit.join('\n')}`,
    );
    expect(cases.length).toBeGreaterThan(250);
    expect(unfit.length).toBeLessThan(cases.length / 5);
  }, 120_000);

  test('every recorded answer is asked for once and given twice', async () => {
    const cases = recordedAnswers('openai')
      .flatMap(oneByOne)
      .flatMap((answer): Case[] => {
        const path = PATHS[answer.sub];
        if (path === undefined) return [];
        const stream = answer.kind === 'stream';
        const name = `${answer.sub}/${answer.name} ${answer.kind}`;
        const input = path === '/v1/embeddings' ? ['a', 'b'] : 'Hi';
        const request = { model: 'gpt-test', input, messages: [], prompt: name, stream };
        const response: ExchangeResponse = stream
          ? { kind: 'sse', body: answerAsServerSentEvents(answer) }
          : { body: answer.json };
        return [{ name, path, request, response }];
      });
    const unfit = await check(cases);
    console.info(
      `${cases.length - unfit.length} of ${cases.length} answers from the store; not kept:\n${unfit.join('\n')}`,
    );
    expect(cases.length).toBeGreaterThan(40);
  }, 120_000);
});
