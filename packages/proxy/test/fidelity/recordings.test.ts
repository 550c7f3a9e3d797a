import { readdirSync } from 'node:fs';
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { createLlmCache } from '@cached-llm/core';
import { type Proxy as RunningProxy, startProxy } from '@cached-llm/proxy';
import {
  answerAsServerSentEvents,
  describeWithFixtures,
  oneByOne,
  type RecordedAnswer,
  type RecordedPair,
  recordedAnswers,
  recordedPairs,
  toExchange,
} from '@cached-llm/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, startServer, type TestServer } from './wire.ts';

/** A recording, as the upstream sends it and as a client asks for it. */
interface Recording {
  readonly name: string;
  readonly path: string;
  readonly provider: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: string;
  readonly type: string;
  readonly body: Buffer;
  readonly isStream: boolean;
  readonly isCompressed: boolean;
}

const TYPES = { json: 'application/json', sse: 'text/event-stream; charset=utf-8' };

/** What every client of HTTP writes itself. */
const FRAMING = /^(host|content-length|connection|accept-encoding)$/i;

function ofPair(pair: RecordedPair): Recording {
  const { path = '/', gzip = false } = toExchange(pair);
  const { response, requestHeaders, requestText, request, kind, provider, source } = pair;
  const headers = Object.entries(requestHeaders).filter(([name]) => !FRAMING.test(name));
  return {
    name: `${provider} ${source}`,
    path,
    provider,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(headers) },
    request: requestText ?? JSON.stringify(request),
    type: TYPES[kind],
    body: Buffer.from(typeof response === 'string' ? response : JSON.stringify(response)),
    isStream: kind === 'sse',
    isCompressed: gzip,
  };
}

/** An answer that was recorded without its request. Bedrock has no events of text: its chunks are sent as lines. */
function bodyOf(answer: RecordedAnswer): Pick<Recording, 'type' | 'body'> {
  if (answer.kind === 'json')
    return { type: TYPES.json, body: Buffer.from(JSON.stringify(answer.json)) };
  if (answer.provider === 'amazon-bedrock')
    return { type: 'application/x-ndjson', body: Buffer.from(answer.lines.join('\n')) };
  return { type: TYPES.sse, body: Buffer.from(answerAsServerSentEvents(answer)) };
}

function ofAnswer(answer: RecordedAnswer): Recording {
  const isStream = answer.kind === 'stream';
  const name = [answer.provider, answer.sub, answer.name, answer.kind].join(' ');
  const messages = [{ role: 'user', content: name }];
  return {
    name,
    path: '/v1/chat/completions',
    provider: 'none',
    headers: { 'content-type': 'application/json' },
    request: JSON.stringify({ model: 'm', messages, stream: isStream }),
    ...bodyOf(answer),
    isStream,
    isCompressed: false,
  };
}

/** Pieces of this size, and in the middle of a long body larger ones, because each piece is a turn of the event loop. */
function* piecesOf(bytes: Buffer, size: number): Generator<Buffer> {
  const edge = size * 200;
  for (let at = 0; at < bytes.length; ) {
    const isEdge = at < edge || at >= bytes.length - edge;
    const step = isEdge ? size : Math.min(509, bytes.length - edge - at);
    yield bytes.subarray(at, at + step);
    at += step;
  }
}

/** What ends an answer where a file holds several. */
const ENDING = /^(message_stop|response\.(completed|incomplete|failed))$/;

const ADAPTERS = ['openai', 'anthropic', 'google', 'mistral', 'cohere', 'groq'];

describeWithFixtures({ describe, test }, 'recordings through the proxy', (folder) => {
  const answers = readdirSync(join(folder, 'wire-vercel-ai'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => recordedAnswers(name))
    .flatMap((answer) => oneByOne(answer, ENDING));
  const recordings = [...recordedPairs().map(ofPair), ...answers.map(ofAnswer)];
  const agent = new Agent({ keepAlive: true, maxSockets: 24 });
  let upstream: TestServer;
  let proxy: RunningProxy;
  let calls = 0;

  async function send(response: ServerResponse, bytes: Buffer, size: number) {
    for (const piece of piecesOf(bytes, size)) {
      response.write(piece);
      await nextTurn();
    }
  }

  /** The headers of a request say which recording is sent, in which pieces, and how much of it. */
  async function answer({ headers }: IncomingMessage, response: ServerResponse) {
    calls += 1;
    const recording = recordings[Number(headers['x-test-recording'])];
    if (recording === undefined) throw new Error('The test names no recording.');
    const { type, body, isCompressed } = recording;
    const wire = isCompressed ? gzipSync(body) : body;
    const encoding = isCompressed ? { 'content-encoding': 'gzip' } : {};
    response.writeHead(200, { 'content-type': type, 'x-request-id': 'r-1', ...encoding });
    const sent = Number(headers['x-test-sent'] ?? wire.length);
    await send(response, wire.subarray(0, sent), Number(headers['x-test-size']));
    if (sent < wire.length) response.socket?.destroySoon();
    else response.end();
  }

  beforeAll(async () => {
    upstream = await startServer((request, response) => {
      request.resume();
      answer(request, response).catch(() => response.destroy());
    });
    const names = new Set(recordings.map(({ provider }) => provider));
    const upstreams = [...names].map((name) => {
      const adapter = ADAPTERS.includes(name) ? { adapter: name } : {};
      return [`at-${name}`, { url: upstream.url, ...adapter }];
    });
    const cache = createLlmCache({ store: 'memory:', maxEntries: 10_000 });
    proxy = await startProxy({ cache, port: 0, upstreams: Object.fromEntries(upstreams) });
  });
  afterAll(async () => {
    agent.destroy();
    await proxy.close();
    await upstream.close();
  });

  function get(index: number, own: Readonly<Record<string, string>>) {
    const { provider, path, headers, request } = recordings[index] as Recording; // the caller counts them
    return ask(`${proxy.url}/at-${provider}${path}`, {
      headers: { ...headers, 'x-test-recording': String(index), ...own },
      body: request,
      agent,
    });
  }

  async function inTurn(indexes: readonly number[], run: (index: number) => Promise<void>) {
    const rest = [...indexes];
    const work = async () => {
      for (let next = rest.shift(); next !== undefined; next = rest.shift()) await run(next);
    };
    await Promise.all(Array.from({ length: 24 }, work));
  }

  const all = recordings.map((_recording, index) => index);

  test.each([
    ['1 byte', 1],
    ['7 bytes', 7],
    ['their whole length', Number.MAX_SAFE_INTEGER],
  ])('are what their upstream sent, byte for byte, in pieces of %s', async (_name, size) => {
    let hits = 0;
    await inTurn(all, async (index) => {
      const { name, body } = recordings[index] as Recording; // as above
      const own = { 'x-test-size': String(size) };
      const first = await get(index, own);
      expect([name, first.status, first.isCut]).toEqual([name, 200, false]);
      expect([name, first.body.equals(body)]).toEqual([name, true]);
      expect([name, first.headers['x-request-id']]).toEqual([name, 'r-1']);
      const second = await get(index, own);
      const isHit = second.headers['x-cached-llm'] === 'hit';
      if (isHit) hits += 1;
      // A stream is stored at its marker, behind which some servers send another one.
      expect([name, body.subarray(0, second.body.length).equals(second.body)]).toEqual([
        name,
        true,
      ]);
      const rest = body.subarray(second.body.length).toString();
      expect([name, ['', 'data: [DONE]\n\n'].includes(rest)]).toEqual([name, true]);
    });
    expect(recordings.length).toBeGreaterThan(1_050);
    expect(hits).toBeGreaterThan(870); // the others say what ran at their provider, or are of no use
  });

  test('are delivered as cut, and are not stored, where their upstream breaks off', async () => {
    const streams = all.filter((index) => recordings[index]?.isStream === true);
    await inTurn(streams, async (index) => {
      const { name, body, isCompressed } = recordings[index] as Recording; // as above
      if (isCompressed) return; // the next test
      const cut = Math.floor(body.length * 0.6);
      const own = { 'x-test-size': '997', 'x-test-sent': String(cut) };
      const before = calls;
      for (const _again of [1, 2]) {
        const received = await get(index, own);
        expect([name, received.isCut]).toEqual([name, true]);
        expect([name, received.body.equals(body.subarray(0, cut))]).toEqual([name, true]);
      }
      expect(calls - before).toBeGreaterThanOrEqual(2);
    });
    expect(streams.length).toBeGreaterThan(100);
  });
});
