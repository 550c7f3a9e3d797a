import { createLlmCache, type LlmCache } from '@cached-llm/core';
import { cachedGoogle, google } from '@cached-llm/google';
import { cachedFetch } from '@cached-llm/http';
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
import { chunksOf, clientOf, lasting } from './wire.ts';

interface Case {
  readonly name: string;
  readonly path: string;
  readonly request: object;
  readonly response: ExchangeResponse;
}

interface Asker {
  readonly server: WireServer;
  readonly cache: LlmCache;
}

const SDK_PATH = /^\/(v1\w*)\/(.+):(generateContent|streamGenerateContent|countTokens)/;

/** What an application calls for a recorded request; nothing where the SDK has no method for it. */
function askSdk({ server, cache }: Asker, { path, request }: Case): Promise<unknown> | undefined {
  const [, apiVersion = '', model = '', method] = SDK_PATH.exec(path) ?? [];
  const vertexai = model.startsWith('projects/');
  const bare = clientOf(server, { vertexai, httpOptions: { apiVersion } });
  const { models } = cachedGoogle(bare, { cache, admit: { 'hosted-tool': true } });
  // The body goes out as it was recorded, whatever the SDK would write today.
  const asked = { model, contents: 'x', config: { httpOptions: { extraBody: { ...request } } } };
  if (method === 'generateContent') return models.generateContent(asked);
  if (method === 'countTokens') return models.countTokens(asked);
  return method === undefined ? undefined : models.generateContentStream(asked).then(chunksOf);
}

async function post({ server, cache }: Asker, { path, request }: Case): Promise<unknown> {
  const fetch = cachedFetch({ cache, adapter: google, admit: { 'hosted-tool': true } });
  const body = JSON.stringify(request);
  return { text: await (await fetch(server.url + path, { method: 'POST', body })).text() };
}

async function outcomeOf(asked: Promise<unknown>): Promise<unknown> {
  try {
    return lasting(await asked);
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
  const asker = { server, cache };
  const ask = () => outcomeOf(askSdk(asker, each) ?? post(asker, each));
  server.reset();
  const first = await ask();
  const second = await ask();
  expect([each.name, server.requests[0]?.json]).toMatchObject([each.name, each.request]);
  return { first, second, count: server.count, reason };
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

const pairs = () => [
  ...recordedPairs({ provider: 'google' }),
  ...recordedPairs({ provider: 'google-vertex' }),
];

function caseOf(pair: RecordedPair): Case {
  const { path = '', response } = toExchange(pair);
  return { name: pair.source, path, request: pair.request as object, response };
}

function answerCase(answer: RecordedAnswer): Case {
  const stream = answer.kind === 'stream';
  const name = `${answer.provider}/${answer.sub}/${answer.name} ${answer.kind}`;
  const response: ExchangeResponse = stream
    ? { kind: 'sse', body: answerAsServerSentEvents(answer) }
    : { body: answer.json };
  const request = { contents: [{ role: 'user', parts: [{ text: name }] }] };
  const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  const path = answer.sub === '' ? `/v1beta/models/gemini-test:${method}` : `/v1beta/${answer.sub}`;
  return { name, path, request, response };
}

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, field]) => [name, shuffled(field)]);
  return Object.fromEntries(entries.reverse());
}

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is asked once and answered twice', async () => {
    const cases = pairs().map(caseOf);
    const unfit = await check(cases);
    expect(cases.length).toBeGreaterThan(180);
    expect(unfit.length).toBeLessThan(cases.length / 8);
  }, 120_000);

  test('every recorded answer is asked for once and given twice', async () => {
    // The live API speaks over a WebSocket: there is nothing to serve.
    const answers = recordedAnswers('google').filter(({ sub }) => sub !== 'speech-translation');
    await check(answers.map(answerCase));
    expect(answers.length).toBeGreaterThan(14);
  }, 120_000);

  test('a recorded embedding of Vertex AI is asked for once and given twice', async () => {
    const path = '/v1beta1/publishers/google/models/text-embedding-005:predict';
    const request = { instances: [{ content: 'a' }, { content: 'b' }] };
    const cases = recordedAnswers('google-vertex').map(
      (answer): Case => ({
        ...answerCase(answer),
        path,
        request,
      }),
    );
    expect([cases.length, await check(cases)]).toEqual([1, []]);
  });

  test('distinct requests have distinct keys, in whatever order their fields come', async () => {
    const server = await startServer(() => ({ body: { totalTokens: 1 } }));
    const asker = { server, cache: createLlmCache() };
    let key: string | undefined;
    for (const name of ['hit', 'miss'] as const) asker.cache.on(name, (event) => (key = event.key));
    const keyOf = async (each: Case) => {
      key = undefined; // of a request that goes past the cache
      await post(asker, each);
      return key;
    };
    const texts = new Map<string, string>();
    for (const each of pairs().map(caseOf)) {
      const known = await keyOf(each);
      expect(await keyOf({ ...each, request: shuffled(each.request) as object })).toBe(known);
      if (known === undefined) continue;
      const text = JSON.stringify([each.path, shuffled(each.request)]);
      expect(texts.get(known) ?? text).toBe(text);
      texts.set(known, text);
    }
    expect(texts.size).toBe(new Set(texts.values()).size);
    expect(texts.size).toBeGreaterThan(150);
  }, 120_000);

  test('a stream is assembled into the texts and calls that its chunks carry, in order', () => {
    const streams = recordedAnswers('google', '').filter((answer) => answer.kind === 'stream');
    for (const { name, events } of streams) {
      const said = (list: readonly unknown[]) => {
        const parts = list.flatMap((chunk) => partsOf(chunk));
        return [
          parts.map(({ text = '' }) => text).join(''),
          parts.flatMap(({ functionCall }) => functionCall ?? []),
        ];
      };
      const whole = google.stream.assemble(events);
      expect([name, said([whole])]).toEqual([name, said(events)]);
      expect(google.rejects(whole, {})).toBeUndefined();
      expect(google.stream.assemble(events.slice(0, -1))).toBeUndefined();
    }
    expect(streams.length).toBeGreaterThan(3);
  });
});

interface Part {
  readonly text?: string;
  readonly functionCall?: object;
}

function partsOf(chunk: unknown): readonly Part[] {
  const { candidates } = chunk as { candidates: { content: { parts: Part[] } }[] };
  return candidates.flatMap(({ content }) => content.parts);
}
