import type Anthropic from '@anthropic-ai/sdk';
import { anthropic, cachedAnthropic } from '@cached-llm/anthropic';
import { createLlmCache } from '@cached-llm/core';
import {
  answerAsServerSentEvents,
  describeWithFixtures,
  type ExchangeResponse,
  type RecordedAnswer,
  type RecordedPair,
  recordedAnswers,
  recordedPairs,
  startWireServer,
  toExchange,
  type WireServer,
  type WireServerOptions,
} from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { chunksOf, clientOf } from './wire.ts';

interface Case {
  readonly name: string;
  readonly path: string;
  readonly beta?: string | undefined;
  readonly request: object;
  readonly response: ExchangeResponse;
}

/** What an application calls for a recorded request. */
function ask(client: Anthropic, { path, beta, request }: Case): Promise<unknown> {
  const headers = beta === undefined ? {} : { 'anthropic-beta': beta };
  const body = request as never; // as recorded: some fields are older than the types
  if (path.includes('count_tokens')) return client.messages.countTokens(body, { headers });
  if (!path.includes('beta=true')) return client.messages.create(body, { headers });
  return client.beta.messages.create(body, { headers, query: { beta: 'true' } });
}

async function outcomeOf(asked: Promise<unknown>): Promise<unknown> {
  try {
    const response = await asked;
    const isStream =
      typeof response === 'object' && response !== null && Symbol.asyncIterator in response;
    return isStream ? await chunksOf(response as AsyncIterable<unknown>) : response;
  } catch (error) {
    return String(error);
  }
}

/** Asks twice through one cache; says why the answer was not kept, if it was not. */
async function askTwice(each: Case, server: WireServer) {
  const cache = createLlmCache();
  let reason: string | undefined;
  cache.on('not-admitted', (event) => (reason = event.reason));
  cache.on('bypass', (event) => (reason = `bypass: ${event.reason}`));
  const client = cachedAnthropic(clientOf(server), { cache, admit: { 'hosted-tool': true } });
  server.reset();
  const first = await outcomeOf(ask(client, each));
  const second = await outcomeOf(ask(client, each));
  return { first, second, count: server.count, reason };
}

async function check(cases: readonly Case[]): Promise<string[]> {
  const unfit: string[] = [];
  let response: ExchangeResponse = { body: '' };
  const server = await startServer(() => response);
  for (const each of cases) {
    response = each.response;
    const { first, second, count, reason } = await askTwice(each, server);
    expect([each.name, second]).toEqual([each.name, first]);
    expect([each.name, count]).toEqual([each.name, reason === undefined ? 1 : 2]);
    if (reason !== undefined) unfit.push(`${each.name}: ${reason}`);
  }
  console.info(
    `${cases.length - unfit.length} of ${cases.length} from the store; not kept:\n${unfit.join('\n')}`,
  );
  return unfit;
}

function caseOf(pair: RecordedPair): Case {
  const { path = '', response } = toExchange(pair);
  const beta = pair.requestHeaders['anthropic-beta'];
  return { name: pair.source, path, beta, request: pair.request as object, response };
}

function answerCase(answer: RecordedAnswer): Case {
  const stream = answer.kind === 'stream';
  const name = `${answer.name} ${answer.kind}`;
  const messages = [{ role: 'user', content: name }];
  const response: ExchangeResponse = stream
    ? { kind: 'sse', body: answerAsServerSentEvents(answer) }
    : { body: answer.json };
  const request = { model: 'claude-test', max_tokens: 9, messages, stream };
  return { name, path: '/v1/messages', request, response };
}

/** One file holds the messages of several requests, one after the other. */
function oneByOne(answer: RecordedAnswer): readonly RecordedAnswer[] {
  if (answer.kind === 'json') return [answer];
  const isEnd = (line: string) => line.includes('"type":"message_stop"');
  const ends = answer.lines.flatMap((line, index) => (isEnd(line) ? [index + 1] : []));
  return ends.map((end, index) => {
    const start = ends[index - 1] ?? 0;
    const lines = answer.lines.slice(start, end);
    const events = answer.events.slice(start, end);
    return { ...answer, name: `${answer.name} #${index}`, lines, events };
  });
}

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, field]) => [name, shuffled(field)]);
  return Object.fromEntries(entries.reverse());
}

let servers: WireServer[] = [];
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
});

async function startServer(answer: WireServerOptions['answer'] & {}): Promise<WireServer> {
  const server = await startWireServer({ answer });
  servers.push(server);
  return server;
}

/** All that distinguishes two requests. */
function textOf({ path, beta, request }: Case): string {
  const fields = Object.entries(request).filter(([name]) => !anthropic.ignore.includes(name));
  const isStreamed = 'stream' in request && request.stream === true;
  return JSON.stringify([path, beta, isStreamed, shuffled(Object.fromEntries(fields))]);
}

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is asked once and answered twice', async () => {
    const cases = recordedPairs({ provider: 'anthropic' }).map(caseOf);
    const unfit = await check(cases);
    expect(cases.length).toBeGreaterThan(180);
    expect(unfit.length).toBeLessThan(cases.length / 10);
  }, 120_000);

  test('every recorded answer is asked for once and given twice', async () => {
    const cases = recordedAnswers('anthropic', '').flatMap(oneByOne).map(answerCase);
    await check(cases);
    expect(cases.length).toBeGreaterThan(30);
  }, 120_000);

  test('distinct requests have distinct keys, in whatever order their fields come', async () => {
    const cases = recordedPairs({ provider: 'anthropic' }).map(caseOf);
    const server = await startServer(() => ({ body: { input_tokens: 1 } }));
    const cache = createLlmCache();
    const client = cachedAnthropic(clientOf(server), { cache });
    let key: string | undefined;
    for (const name of ['hit', 'miss'] as const) cache.on(name, (event) => (key = event.key));
    const keyOf = async (each: Case) => {
      key = undefined; // of a request that goes past the cache
      await ask(client, each);
      return key;
    };
    const texts = new Map<string, string>();
    for (const each of cases) {
      const known = await keyOf(each);
      expect(await keyOf({ ...each, request: shuffled(each.request) as object })).toBe(known);
      if (known === undefined) continue;
      const text = textOf(each);
      expect(texts.get(known) ?? text).toBe(text);
      texts.set(known, text);
    }
    expect(texts.size).toBe(new Set(texts.values()).size);
    expect(texts.size).toBeGreaterThan(160);
  }, 120_000);

  test('a stream is assembled into what the SDK itself makes of it', async () => {
    const streams = recordedAnswers('anthropic', '')
      .flatMap(oneByOne)
      .filter((answer) => answer.kind === 'stream');
    const server = await startServer(({ json }) => {
      const { messages } = json as { messages: [{ content: string }] };
      const { response } =
        streams.map(answerCase).find(({ name }) => name === messages[0].content) ?? fail();
      return response;
    });
    for (const answer of streams) {
      const { request } = answerCase(answer);
      const final = await clientOf(server)
        .beta.messages.stream(request as never)
        .finalMessage();
      const { parsed_output: _ofTheSdk, ...plain } = JSON.parse(JSON.stringify(final));
      expect([answer.name, anthropic.stream.assemble(answer.events)]).toEqual([answer.name, plain]);
    }
  });
});

function fail(): never {
  throw new Error('No such recording.');
}
