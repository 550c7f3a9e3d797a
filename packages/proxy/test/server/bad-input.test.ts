import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createLlmCache } from '@cached-llm/core';
import { type Proxy as RunningProxy, startProxy } from '@cached-llm/proxy';
import { chatAnswer } from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startServer as startBounded } from '../../src/server/index.ts';
import { ask, startServer, type TestServer } from '../fidelity/wire.ts';

const json = JSON.stringify(chatAnswer('Hi'));
const headers = { 'content-type': 'application/json' };

/** Sends text as it is, and resolves to all that comes back until the connection ends. */
async function raw(url: string, text: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {}); // the other side may end the connection while this one writes
  socket.write(text);
  return (await buffer(socket).catch(() => Buffer.alloc(0))).toString('latin1');
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

describe('bad input', () => {
  let upstream: TestServer;
  let proxy: RunningProxy;
  let paths: string[] = [];

  beforeAll(async () => {
    upstream = await startServer((request, response) => {
      paths.push(request.url ?? '');
      request.resume();
      response.writeHead(200, headers).end(json);
    });
    const upstreams = { openai: { url: `${upstream.url}/v1` } };
    proxy = await startProxy({ cache: createLlmCache({ store: 'memory:' }), port: 0, upstreams });
  });
  afterAll(async () => {
    await proxy.close();
    await upstream.close();
  });
  afterEach(async () => {
    // Whatever came before, the process serves the next request.
    const messages = [{ role: 'user', content: 'Hello' }];
    const body = JSON.stringify({ model: 'm', messages });
    const { status } = await ask(`${proxy.url}/openai/v1/chat/completions`, { headers, body });
    expect(status).toBe(200);
    paths = [];
  });

  const host = () => new URL(proxy.url).host;

  test.each([
    ['an unknown provider', '/opnai/v1/models', 404, '/openai/v1'],
    ['a provider without its version', '/openai/chat/completions', 404, '/openai/v1'],
    ['a name that begins like a route', '/openai/v10/models', 404, '/openai/v1'],
    [
      'a resource of Azure with a host of its own',
      '/azure/evil.example.com/openai',
      404,
      '/azure/',
    ],
    ['Bedrock without a region', '/bedrock/model/m/converse', 404, '/bedrock/REGION'],
    ['a region with a host of its own', '/bedrock/us-east-1.evil.com/model', 404, '/bedrock/'],
  ])('%s is refused, with what to write', async (_name, path, status, remedy) => {
    const answer = await ask(`${proxy.url}${path}`, { headers, body: '{}' });
    expect([answer.status, answer.headers['x-should-retry']]).toEqual([status, 'false']);
    expect(answer.body.toString()).toContain(remedy);
    expect(paths).toEqual([]);
  });

  test.each([
    ['broken JSON', '{"model": "m", "messages": ['],
    ['no JSON', 'hello'],
    ['a number', '7'],
    ['no body', ''],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ])('%s passes through, and its upstream judges it', async (_name, body) => {
    const answer = await ask(`${proxy.url}/openai/v1/chat/completions`, { headers, body });
    expect([answer.status, answer.body.toString()]).toEqual([200, json]);
    expect(paths).toEqual(['/v1/chat/completions']);
  });

  test('a path with dots reaches its upstream as it is, and is not cached', async () => {
    const path = '/openai/v1/x/../chat/completions';
    for (const _again of [1, 2]) {
      const text = `POST ${path} HTTP/1.1\r\nHost: ${host()}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`;
      expect(statusOf(await raw(proxy.url, text))).toBe(200);
    }
    expect(paths).toEqual(['/v1/x/../chat/completions', '/v1/x/../chat/completions']);
  });

  test('a request that AWS has signed is refused, with what to do', async () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIA/20261129/us-east-1/bedrock/aws4_request';
    const [path, query] = ['/bedrock/us-east-1/model/m/converse', '?X-Amz-Signature=abc'];
    for (const [url, own] of [
      [path, { authorization }],
      [`${path}${query}`, {}],
    ] as const) {
      const answer = await ask(`${proxy.url}${url}`, {
        headers: { ...headers, ...own },
        body: '{}',
      });
      expect([answer.status, answer.headers['x-should-retry']]).toEqual([400, 'false']);
      expect(answer.body.toString()).toContain('AWS_BEARER_TOKEN_BEDROCK');
    }
  });

  const shapes: readonly (readonly [string, number, string])[] = [
    ['two lengths', 400, 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    [
      'a length and chunks',
      400,
      'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a coding before the chunks', 501, 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['a coding without chunks', 501, 'Transfer-Encoding: gzip\r\n\r\n'],
    ['chunks behind a letter', 501, 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a space before a colon', 400, 'Content-Length : 2\r\n\r\n{}'],
    ['a folded header', 400, 'X-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}'],
    ['a chunk of no number', 400, 'Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'],
    ['a negative length', 400, 'Content-Length: -1\r\n\r\n'],
    ['a line end within a header', 400, 'X-A: 1\rX-B: 2\r\nContent-Length: 0\r\n\r\n'],
  ];
  test.each(shapes)(
    '%s is no request, and no second one follows from it',
    async (_name, status, rest) => {
      const first = `POST /openai/v1/files HTTP/1.1\r\nHost: ${host()}\r\n`;
      const second = `GET /openai/v1/smuggled HTTP/1.1\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`;
      const answer = await raw(proxy.url, `${first}${rest}${second}`);
      expect(statusOf(answer)).toBe(status);
      expect(paths).not.toContain('/v1/smuggled');
    },
  );

  test('headers that are too large are refused with 431', async () => {
    const bomb = Array.from({ length: 2_000 }, (_each, at) => `X-${at}: ${'y'.repeat(50)}\r\n`);
    const text = `GET /openai/v1/models HTTP/1.1\r\nHost: ${host()}\r\n${bomb.join('')}\r\n`;
    const answer = await raw(proxy.url, text);
    expect(statusOf(answer)).toBe(431);
    expect(answer).toContain('headers_too_large');
  });

  test.each([
    ['a tunnel', 'CONNECT api.openai.com:443 HTTP/1.1', 405, 'no_tunnels'],
    ['a whole URL', 'GET http://api.openai.com/v1/models HTTP/1.1', 400, 'not_a_forward_proxy'],
    ['all of the server', 'OPTIONS * HTTP/1.1', 400, 'not_a_forward_proxy'],
    ['no HTTP', 'hello', 400, 'bad_request'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0', 400, 'bad_request'],
  ])('%s is refused', async (_name, line, status, code) => {
    const answer = await raw(proxy.url, `${line}\r\nHost: ${host()}\r\nConnection: close\r\n\r\n`);
    expect([statusOf(answer), answer.includes(code)]).toEqual([status, true]);
  });

  test('an upgrade on an unknown route is refused', async () => {
    const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    const answer = await raw(proxy.url, `GET /nowhere HTTP/1.1\r\nHost: ${host()}\r\n${upgrade}`);
    expect(statusOf(answer)).toBe(404);
  });

  test('an upstream that cannot be reached is a 502 that says so, and keeps the process', async () => {
    const closed = await startServer(() => {});
    await closed.close();
    const upstreams = { openai: { url: `${closed.url}/v1` } };
    const own = await startProxy({
      cache: createLlmCache({ store: 'memory:' }),
      port: 0,
      upstreams,
    });
    const messages = [{ role: 'user', content: 'Hello' }];
    const body = JSON.stringify({ model: 'm', messages });
    for (const path of ['chat/completions', 'models']) {
      const answer = await ask(`${own.url}/openai/v1/${path}`, { headers, body });
      expect([answer.status, answer.body.toString()]).toEqual([
        502,
        expect.stringContaining('ECONNREFUSED'),
      ]);
    }
    await own.close();
  });
});

describe('slow clients', () => {
  /** One bound is short in each test, so that nothing else ends the connection. */
  const LONG = 60_000;

  async function start(bounds: {
    readonly headersTimeout?: number;
    readonly idleTimeout?: number;
  }) {
    const server = await startBounded({
      port: 0,
      host: '127.0.0.1',
      bounds: { headersTimeout: LONG, idleTimeout: LONG, ...bounds },
      async serve({ request, response }) {
        request.resume();
        await once(request, 'end');
        response.end('served');
      },
      async upgrade() {},
    });
    return server;
  }

  test.each([
    ['within its headers', { headersTimeout: 40 }, 'POST / HTTP/1.1\r\nHost: a\r\nX-A: '],
    [
      'within its body',
      { idleTimeout: 40 },
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc',
    ],
  ])(
    'one that stops %s is refused with 408, and its connection ends',
    async (_name, bounds, text) => {
      const server = await start(bounds);
      const answer = await raw(server.url, text);
      expect(statusOf(answer)).toBe(408);
      expect(answer).toContain('request_timeout');
      await server.close(0);
    },
  );

  test('one that only connects is let go', async () => {
    const server = await start({ idleTimeout: 40 });
    expect(await raw(server.url, '')).not.toContain('served');
    await server.close(0);
  });

  test('one that waits for a slow answer is not', async () => {
    const server = await startBounded({
      port: 0,
      host: '127.0.0.1',
      bounds: { idleTimeout: 40 },
      async serve({ response }) {
        let turns = 0;
        const timer = setInterval(() => {
          turns += 1;
          if (turns < 6) return;
          clearInterval(timer);
          response.end('served');
        }, 20);
      },
      async upgrade() {},
    });
    const answer = await ask(`${server.url}/`, { method: 'GET' });
    expect(answer.body.toString()).toBe('served');
    await server.close(0);
  });
});
