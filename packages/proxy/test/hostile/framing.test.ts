import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLlmCache } from '@cached-llm/core';
import { startProxy } from '@cached-llm/proxy';
import { chatAnswer } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Received {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const json = JSON.stringify(chatAnswer('Hi'));
const answered: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(json);
};

async function startBefore(upstreamPort: number) {
  const cache = createLlmCache({ store: 'memory:' });
  closing.push(() => cache.close());
  const url = `http://127.0.0.1:${upstreamPort}`;
  const upstreams = { openai: { url: `${url}/v1` }, plain: { url } };
  const proxy = await startProxy({ cache, port: 0, upstreams });
  closing.push(() => proxy.close({ within: 1 }));
  return Number(new URL(proxy.url).port);
}

async function start(listener: RequestListener = answered) {
  const received: Received[] = [];
  const upstream = createServer(async (request, response) => {
    const { method, url, headers } = request;
    listener(request, response);
    received.push({ line: `${method} ${url}`, headers, body: await text(request) });
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  closing.push(() => upstream.close().closeAllConnections());
  const { port: upstreamPort } = upstream.address() as AddressInfo; // it listens on a port
  return { received, port: await startBefore(upstreamPort) };
}

/** Sends text on a connection of its own, and resolves to what comes back until a body has begun. */
async function send(port: number, content: string) {
  const socket = connect(port, '127.0.0.1');
  closing.push(() => socket.destroy());
  let answer = '';
  socket.write(content);
  for await (const part of socket) {
    answer += part.toString('latin1');
    if (/\r\n\r\n./.test(answer)) break;
  }
  return answer;
}

const body = JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: 'Hello' }] });
const request = (start: string, headers: readonly string[], content: string) =>
  [
    `${start} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(content)}`,
    ...headers,
    '',
    content,
  ].join('\r\n');
const chat = 'POST /openai/v1/chat/completions';

describe('the frame of a request', () => {
  test('makes of its body no request of somebody else, whatever the header connection names', async () => {
    const { received, port } = await start();
    const smuggled = request('POST /v1/smuggled', [], 'abc');
    await send(port, request('GET /plain/a', ['Connection: content-length'], smuggled));
    await send(port, request('GET /plain/b', [], ''));
    expect(received.map(({ line }) => line)).toEqual(['GET /a', 'GET /b']);
    expect(received[0]?.body).toBe(smuggled);
  });

  test('is whole where a client offers HTTP/2, as that of Java does', async () => {
    const { received, port } = await start();
    const offer = [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
    ];
    const first = await send(port, request(chat, offer, body));
    const second = await send(port, request(chat, offer, body));
    expect([first, second].map((each) => /x-cached-llm: (\w+)/.exec(each)?.[1])).toEqual([
      'miss',
      'hit',
    ]);
    expect(received.map((each) => each.body)).toEqual([body]);
    expect(Object.keys(received[0]?.headers ?? {})).not.toContain('upgrade');
    expect(Object.keys(received[0]?.headers ?? {})).not.toContain('http2-settings');
  });

  test('is whole where a client asks for a WebSocket by a request with a body', async () => {
    const { received, port } = await start();
    const offer = ['Connection: Upgrade', 'Upgrade: websocket'];
    await send(port, request('POST /plain/a', offer, body));
    await send(port, request('POST /plain/b', ['Authorization: Bearer sk-victim'], '{}'));
    expect(received.map(({ line }) => line)).toEqual(['POST /a', 'POST /b']);
    expect(received.map((each) => each.body)).toEqual([body, '{}']);
  });

  test('passes the body on that a client sends unasked, because its upstream never asks', async () => {
    const asked: string[] = [];
    const upstream = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (part) => {
        asked.push(part.toString());
        if (!asked.join('').includes('late body')) return;
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    closing.push(() => upstream.close());
    const { port: upstreamPort } = upstream.address() as AddressInfo; // it listens on a port
    const port = await startBefore(upstreamPort);
    const whole = request('PUT /plain/file', ['Expect: 100-continue'], 'late body');
    const answer = await send(port, whole);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('the headers of a response', () => {
  const claims = { 'x-cached-llm': 'hit', 'x-cached-llm-key': 'theirs' };

  test.each([
    ['that is stored', chat, 'miss'],
    ['that passes through', 'PUT /plain/x', 'bypass'],
  ])('say of the cache only what this proxy knows, in one %s', async (_name, line, outcome) => {
    const { port } = await start((_request, response) => {
      response.writeHead(200, { ...claims, 'content-type': 'application/json' }).end(json);
    });
    const answer = await send(port, request(line, [], body));
    expect(answer.match(/x-cached-llm: \w+/gi)).toEqual([`x-cached-llm: ${outcome}`]);
    expect(answer).not.toContain('theirs');
  });

  test('may be as long as clients read them', async () => {
    const long = 'x'.repeat(60_000);
    const { port } = await start((_request, response) => {
      response.writeHead(200, { 'x-policy': long, 'content-type': 'application/json' }).end(json);
    });
    const answer = await send(port, request(chat, [], body));
    expect(answer).toContain(long);
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
  });
});
