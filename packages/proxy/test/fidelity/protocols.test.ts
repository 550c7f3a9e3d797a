import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as open } from 'node:http';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { createLlmCache } from '@cached-llm/core';
import { startProxy } from '@cached-llm/proxy';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ask, startServer } from './wire.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function proxyBefore(url: string): Promise<string> {
  const cache = createLlmCache({ store: 'memory:' });
  closing.push(() => cache.close());
  const proxy = await startProxy({ cache, port: 0, upstreams: { mine: { url } } });
  closing.push(() => proxy.close());
  return `${proxy.url}/mine`;
}

async function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = await once(sent, 'response');
  return response;
}

describe('trailers', () => {
  test('pass behind a body in chunks, of the request and of the response', async () => {
    const upstream = await startServer(async (request, response) => {
      await text(request);
      response.writeHead(200, { 'content-type': 'text/plain', Trailer: 'X-Sum' });
      response.write('body');
      response.addTrailers([
        ['X-Sum', String(request.trailers['x-sum'])],
        ['X-Sum', '2'],
      ]);
      response.end();
    });
    closing.push(() => upstream.close());
    const url = await proxyBefore(upstream.url);
    const sent = open(`${url}/v1/files`, { method: 'POST', agent: false });
    sent.write('a');
    sent.addTrailers([['X-Sum', '1']]);
    sent.end('b');
    const response = await answerTo(sent);
    expect(await text(response)).toBe('body');
    expect(response.rawTrailers).toEqual(['X-Sum', '1', 'X-Sum', '2']);
  });

  test('pass with a body whose answer may be stored, and none are stored', async () => {
    const json =
      '{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"Hi"}}]}';
    const upstream = await startServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' }).write(json);
      response.addTrailers([['X-Sum', '1']]);
      response.end();
    });
    closing.push(() => upstream.close());
    const url = await proxyBefore(upstream.url);
    const headers = { 'content-type': 'application/json' };
    for (const outcome of ['miss', 'hit']) {
      const sent = open(`${url}/v1/chat/completions`, { method: 'POST', agent: false, headers });
      sent.write('{"model":"m","messages":[{"role":"user",');
      sent.addTrailers([['X-Sum', '1']]);
      sent.end('"content":"Hello"}]}');
      const response = await answerTo(sent);
      expect([await text(response), response.headers['x-cached-llm']]).toEqual([json, outcome]);
      expect(response.rawTrailers).toEqual([]);
    }
  });
});

describe('an upstream that speaks HTTP/2 alone', () => {
  async function refusal(url: string) {
    const got = await ask(`${await proxyBefore(url)}/v1/models`, { method: 'GET' });
    return [got.status, JSON.parse(got.body.toString()).error];
  }
  const refused = [
    502,
    {
      type: 'cached_llm_proxy',
      code: 'upstream_protocol',
      message: expect.stringContaining('HTTP/1.1'),
    },
  ];

  test('is refused with what to do', async () => {
    const server = createServer()
      .on('sessionError', () => {})
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => server.close());
    const { port } = server.address() as AddressInfo; // it listens on a port
    expect(await refusal(`http://127.0.0.1:${port}`)).toEqual(refused);
  });
});

test('a stream of events of AWS passes byte by byte as it comes, and is not stored', async () => {
  const frames = Array.from({ length: 3 }, (_frame, at) =>
    Buffer.from(Array.from({ length: 256 }, (_byte, value) => (value + at) % 256)),
  );
  let go: (() => void) | undefined;
  let count = 0;
  const upstream = await startServer(async (request, response) => {
    request.resume();
    count += 1;
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    response.write(frames[0]);
    await new Promise<void>((resolve) => (go = resolve));
    for (const frame of frames.slice(1)) response.write(frame);
    response.end();
  });
  closing.push(() => upstream.close());
  const url = await proxyBefore(upstream.url);
  for (const calls of [1, 2]) {
    const path = '/model/anthropic.claude-3-5-sonnet-20240620-v1:0/converse-stream';
    const headers = { 'content-type': 'application/json', authorization: 'Bearer bedrock-key' };
    const sent = open(`${url}${path}`, { method: 'POST', agent: false, headers });
    sent.end('{"messages":[{"role":"user","content":[{"text":"Hello"}]}]}');
    const response = await answerTo(sent);
    const [first] = await once(response, 'data');
    go?.(); // the first frame has come before the second one is sent
    const rest = await buffer(response);
    expect(response.headers['content-type']).toBe('application/vnd.amazon.eventstream');
    expect(Buffer.concat([first, rest]).equals(Buffer.concat(frames))).toBe(true);
    expect(count).toBe(calls);
  }
});
