import { once } from 'node:events';
import { Agent, type IncomingMessage, request as open, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { createLlmCache } from '@cached-llm/core';
import { startProxy } from '@cached-llm/proxy';
import { chatAnswer, until } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ask, headerIn, startServer } from './wire.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** A proxy before an upstream that answers as the listener says. */
async function start(listener: Listener) {
  const upstream = await startServer(listener);
  closing.push(() => upstream.close());
  const cache = createLlmCache({ store: 'memory:' });
  closing.push(() => cache.close());
  const upstreams = { openai: { url: `${upstream.url}/v1` }, plain: { url: upstream.url } };
  const proxy = await startProxy({ cache, port: 0, upstreams });
  closing.push(() => proxy.close());
  return { upstream, proxy, chat: `${proxy.url}/openai/v1/chat/completions` };
}

const request = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] });
const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-1' };
const json = JSON.stringify(chatAnswer('Hi'));

/** Sends text to the proxy as it is, and resolves to all that comes back until the connection ends. */
async function raw(url: string, text: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket: Socket = connect(Number(port), hostname);
  socket.write(text);
  return (await buffer(socket)).toString('latin1');
}

describe('what passes through', () => {
  test('keeps its status, its words, its headers and their letters, and leaves those of the connection behind', async () => {
    let seen: readonly string[] = [];
    const { proxy, upstream } = await start((asked, response) => {
      seen = asked.rawHeaders;
      const list = ['X-Two', '1', 'X-Two', '2', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'];
      response.writeHead(299, 'Quite Fine', [...list, 'X-Hop', 'h', 'Connection', 'x-hop, close']);
      response.end('body');
    });
    const got = await ask(`${proxy.url}/plain/v1/files?a=%2f&b=[1]`, {
      method: 'DELETE',
      headers: {
        'X-Own-Case': 'é',
        TE: 'trailers',
        Connection: 'x-gone',
        'X-Gone': '1',
        'x-cached-llm': 'off',
      },
    });
    expect([got.status, got.statusText, got.body.toString()]).toEqual([299, 'Quite Fine', 'body']);
    expect(got.rawHeaders.join('\n')).toContain(
      'X-Two\n1\nX-Two\n2\nSet-Cookie\na=1\nSet-Cookie\nb=2',
    );
    expect(headerIn(got.rawHeaders, 'x-hop')).toBeUndefined();
    expect(seen.slice(0, 4)).toEqual(['Host', new URL(upstream.url).host, 'X-Own-Case', 'é']);
    for (const name of ['te', 'x-gone', 'x-cached-llm'])
      expect(headerIn(seen, name)).toBeUndefined();
  });

  test('keeps redirects and failures as they are', async () => {
    const { proxy, chat } = await start((asked, response) => {
      if (asked.url === '/v1/models')
        response.writeHead(307, { location: 'https://elsewhere/' }).end();
      else response.writeHead(429, { 'retry-after': '7' }).end('{"error":"slow down"}');
    });
    const moved = await ask(`${proxy.url}/openai/v1/models`, { method: 'GET' });
    expect([moved.status, moved.headers.location]).toEqual([307, 'https://elsewhere/']);
    for (const _again of [1, 2]) {
      const failed = await ask(chat, { headers, body: request });
      expect([failed.status, failed.headers['retry-after'], failed.body.toString()]).toEqual([
        429,
        '7',
        '{"error":"slow down"}',
      ]);
    }
  });

  test('keeps the encoding of what is not read, and decodes what is', async () => {
    const encodings = [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ] as const;
    let accepted: string | undefined;
    const { proxy, chat } = await start((asked, response) => {
      const [name, encode] = encodings[Number(asked.headers['x-test'])] ?? ['odd', Buffer.from];
      accepted = String(asked.headers['accept-encoding']);
      const type = { 'content-type': 'application/json', 'content-encoding': name };
      response.writeHead(200, type).end(encode(Buffer.from(json)));
    });
    const own = { ...headers, 'accept-encoding': 'odd, gzip;q=0.5, br' };
    for (const [index, [name, encode]] of encodings.entries()) {
      const test = { ...own, 'x-test': String(index) };
      const untouched = await ask(`${proxy.url}/openai/v1/models`, {
        method: 'GET',
        headers: test,
      });
      expect([untouched.headers['content-encoding'], untouched.body]).toEqual([
        name,
        encode(Buffer.from(json)),
      ]);
      expect(accepted).toBe('odd, gzip;q=0.5, br');
      for (const outcome of ['miss', 'hit']) {
        const read = await ask(chat, { headers: test, body: request });
        expect([read.headers['x-cached-llm'], read.body.toString()]).toEqual([outcome, json]);
        expect(read.headers['content-encoding']).toBeUndefined();
      }
      expect(accepted).toBe('gzip;q=0.5, br');
    }
    for (const _again of [1, 2]) {
      const unknown = await ask(chat, { headers: { ...own, 'x-test': '9' }, body: request });
      expect([
        unknown.status,
        unknown.headers['content-encoding'],
        unknown.body.toString(),
      ]).toEqual([200, 'odd', json]);
    }
  });

  test('takes bodies of any size, whole or in chunks, also where they are too long for a key', async () => {
    const lengths: number[] = [];
    const { chat } = await start((asked, response) => {
      let length = 0;
      asked.on('data', (part) => (length += part.length));
      asked.on('end', () => {
        lengths.push(length);
        response.writeHead(200, { 'content-type': 'application/json' }).end(json);
      });
    });
    const content = 'x'.repeat(33 * 1024 * 1024);
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });
    const whole = await ask(chat, { headers, body });
    const sent = open(chat, { method: 'POST', headers, agent: false });
    sent.write(body.slice(0, 1_000));
    sent.end(body.slice(1_000));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const chunked = await buffer(response);
    expect([whole.body.toString(), chunked.toString()]).toEqual([json, json]);
    expect(lengths).toEqual([body.length, body.length]);
  });

  test('reaches the upstream only when the upstream wants it, for a client that waits to be told', async () => {
    let received = '';
    const upstream = await startServer(() => {});
    closing.push(() => upstream.close());
    const { proxy } = await start((asked, response) => {
      asked.on('data', (part) => (received += part));
      asked.on('end', () => response.end('taken'));
    });
    const sent = open(`${proxy.url}/plain/v1/files`, {
      method: 'PUT',
      headers: { expect: '100-continue' },
    });
    sent.flushHeaders();
    await once(sent, 'continue');
    expect(received).toBe('');
    sent.end('the file');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect([(await buffer(response)).toString(), received]).toEqual(['taken', 'the file']);
  });

  test('is answered on one connection, one request after the other', async () => {
    const { chat, proxy } = await start((asked, response) => {
      asked.resume();
      response.writeHead(200, { 'content-type': 'application/json' }).end(json);
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    closing.push(async () => agent.destroy());
    const ports = new Set<number | undefined>();
    for (const url of [chat, `${proxy.url}/openai/v1/models`, chat, `${proxy.url}/nowhere`]) {
      const sent = open(url, { method: 'POST', headers, agent });
      sent.end(request);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      ports.add(response.socket.localPort);
      response.resume();
      await once(response, 'end');
    }
    expect(ports.size).toBe(1);
  });
});

describe('a client that leaves', () => {
  test.each([
    ['a stream of a chat', '/openai/v1/chat/completions'],
    ['what passes through', '/plain/v1/audio'],
  ])('ends the call for %s', async (_name, path) => {
    let hasEnded = false;
    const { proxy } = await start((asked, response) => {
      asked.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[]}\n\n');
      response.once('close', () => (hasEnded = true));
    });
    const body = JSON.stringify({ model: 'm', stream: true, messages: [] });
    const sent = open(`${proxy.url}${path}`, { method: 'POST', headers });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await once(response, 'data');
    expect(hasEnded).toBe(false);
    response.on('error', () => {});
    sent.destroy();
    await until('the call has ended', () => hasEnded);
  });

  test('ends no call for which another one waits', async () => {
    const responses: ServerResponse[] = [];
    const { chat } = await start((asked, response) => {
      asked.resume();
      responses.push(response);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(json.slice(0, 10));
    });
    // The first answer lets the credential be trusted, so that the next two calls are one.
    const trusted = ask(chat, { headers, body: request.replace('Hello', 'first') });
    await until('the first call has come', () => responses.length === 1);
    responses[0]?.end(json.slice(10));
    await trusted;
    const leaving = open(chat, { method: 'POST', headers });
    leaving.on('error', () => {});
    leaving.end(request);
    await until('the second call has come', () => responses.length === 2);
    const staying = ask(chat, { headers, body: request });
    await nextTurn();
    leaving.destroy();
    await nextTurn();
    responses[1]?.end(json.slice(10));
    expect((await staying).body.toString()).toBe(json);
    expect(responses.length).toBe(2);
  });
});

describe('back-pressure', () => {
  test('lets an upstream wait for a client that does not read', async () => {
    let written = 0;
    const part = Buffer.alloc(64 * 1024);
    const { proxy } = await start((asked, response) => {
      asked.resume();
      response.writeHead(200, { 'content-type': 'audio/mpeg' });
      const write = () => {
        if (written >= 64 * 1024 * 1024) return void response.end();
        written += part.length;
        if (response.write(part)) setImmediate(write);
        else response.once('drain', write);
      };
      write();
    });
    const sent = open(`${proxy.url}/plain/v1/audio`, { method: 'POST', headers });
    sent.end('{}');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.pause();
    let before = -1;
    await until('the upstream waits', () => {
      const isStill = written === before;
      before = written;
      return isStill;
    });
    expect(written).toBeLessThan(32 * 1024 * 1024);
    let read = 0;
    response.on('data', (chunk) => (read += chunk.length));
    response.resume();
    await once(response, 'end');
    expect(read).toBe(64 * 1024 * 1024);
  });
});

describe('an upgrade', () => {
  test('connects the client with its upstream, both ways', async () => {
    const { createServer } = await import('node:http');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => void server.close());
    let asked: IncomingMessage | undefined;
    server.on('upgrade', (incoming, socket, head) => {
      asked = incoming;
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: yes\r\n\r\nhello ',
      );
      socket.write(head);
      socket.on('data', (data) => (data.toString() === 'bye' ? socket.end() : socket.write(data)));
    });
    const { port } = server.address() as { port: number }; // it listens on a port
    const cache = createLlmCache({ store: 'memory:' });
    const upstreams = { openai: { url: `http://127.0.0.1:${port}/v1` } };
    const proxy = await startProxy({ cache, port: 0, upstreams });
    closing.push(() => proxy.close());
    const { hostname, port: own } = new URL(proxy.url);
    const socket = connect(Number(own), hostname);
    const received: Buffer[] = [];
    socket.on('data', (data) => received.push(data));
    socket.write(
      `GET /openai/v1/realtime?model=m HTTP/1.1\r\nHost: ${hostname}:${own}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nAuthorization: Bearer sk-1\r\n\r\n`,
    );
    const text = () => Buffer.concat(received).toString();
    await until('the upstream greets', () => text().includes('hello '));
    socket.write('ping');
    await until('the upstream answers', () => text().endsWith('ping'));
    expect(text()).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(text()).toContain('Sec-WebSocket-Accept: yes\r\n');
    expect([asked?.url, asked?.headers.authorization]).toEqual([
      '/v1/realtime?model=m',
      'Bearer sk-1',
    ]);
    socket.write('bye');
    await once(socket, 'close');
  });

  test('that its upstream refuses is refused as the upstream says', async () => {
    const { proxy } = await start((_asked, response) => {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('not you');
    });
    const { host } = new URL(proxy.url);
    const answer = await raw(
      proxy.url,
      `GET /openai/v1/realtime HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toMatch(/not you/);
  });
});
