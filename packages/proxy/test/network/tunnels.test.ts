import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request as open } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createLlmCache } from '@cached-llm/core';
import { startProxy } from '@cached-llm/proxy';
import { chatAnswer, temporaryFolder } from '@cached-llm/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { ask, startServer } from '../fidelity/wire.ts';
import { call, endConnections, endProcesses, startProcess } from '../scale/processes.ts';
import { type Network, type NetworkOptions, startNetwork } from './network.ts';

const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-1' };
const answer = JSON.stringify(chatAnswer('Hi'));
const chat = (content: string) =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function network(options?: NetworkOptions): Promise<Network> {
  const started = await startNetwork(options);
  closing.push(() => started.close());
  return started;
}

/** A proxy whose upstream has a name that only the proxy of the network knows. */
async function start(environment: Readonly<Record<string, string>>, upstream: string) {
  const cache = createLlmCache({ store: 'memory:' });
  const upstreams = { openai: { url: upstream } };
  const proxy = await startProxy({ cache, port: 0, upstreams, environment });
  closing.push(() => cache.close());
  closing.push(() => proxy.close());
  return `${proxy.url}/openai/v1`;
}

describe('an upstream without TLS', () => {
  async function plainUpstream() {
    const server = await startServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json', 'x-seen': request.url });
      response.end(answer);
    });
    closing.push(() => server.close());
    return `${server.url.replace('127.0.0.1', 'llm.test')}/v1`;
  }

  test('is asked for by its whole URL, and a hit asks nobody', async () => {
    const [through, upstream] = [await network(), await plainUpstream()];
    const url = await start({ http_proxy: through.url }, upstream);
    for (const outcome of ['miss', 'hit']) {
      const got = await ask(`${url}/chat/completions`, { headers, body: chat('Hello') });
      expect([got.status, got.headers['x-cached-llm'], got.body.toString()]).toEqual([
        ...[200, outcome, answer],
      ]);
    }
    const models = await ask(`${url}/models?limit=1`, { method: 'GET' });
    expect(models.headers['x-seen']).toBe('/v1/models?limit=1');
    expect(through.asked).toEqual([
      `POST ${upstream}/chat/completions`,
      `GET ${upstream}/models?limit=1`,
    ]);
  });

  test('shows the proxy its user and password, and the upstream none of them', async () => {
    const credential = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    const [through, upstream] = [await network({ credential }), await plainUpstream()];
    const named = through.url.replace('//', '//me:p%40ss@');
    const url = await start({ HTTP_PROXY: named }, upstream);
    const got = await ask(`${url}/chat/completions`, { headers, body: chat('Hello') });
    expect([got.status, through.asked.length]).toEqual([200, 1]);
  });

  test('is called directly if NO_PROXY names it', async () => {
    const [through, upstream] = [await network(), await plainUpstream()];
    const variables = { http_proxy: through.url, NO_PROXY: '.test' };
    const url = await start(variables, upstream);
    const got = await ask(`${url}/chat/completions`, { headers, body: chat('Hello') });
    expect([got.status, through.asked]).toEqual([502, []]); // no other one knows the name
    expect(got.body.toString()).toContain('upstream_unreachable');
  });

  test('is called through the proxy that can be reached, and its variable is named where none can', async () => {
    const gone = await startNetwork();
    await gone.close();
    const url = await start({ http_proxy: gone.url }, 'http://llm.test/v1');
    for (const path of ['chat/completions', 'files']) {
      const got = await ask(`${url}/${path}`, { headers, body: chat('Hello') });
      expect(got.status).toBe(502);
      expect(JSON.parse(got.body.toString()).error).toMatchObject({
        code: 'network_proxy',
        message: expect.stringMatching(/http_proxy names cannot be reached \(ECONNREFUSED\)/),
      });
    }
  });
});

describe('an upstream with TLS', () => {
  test.each([
    [403, 'NO_PROXY'],
    [407, 'user and password'],
  ])('of which a tunnel is refused with %i: the answer says what to do', async (status, remedy) => {
    const through = await network({ status });
    const url = await start({ https_proxy: through.url }, 'https://llm.test/v1');
    const got = await ask(`${url}/chat/completions`, { headers, body: chat('Hello') });
    expect([got.status, through.asked]).toEqual([502, ['CONNECT llm.test:443']]);
    const { message } = JSON.parse(got.body.toString()).error;
    expect(message).toContain(`https_proxy names refused the connection to llm.test:443`);
    expect(message).toContain(remedy);
  });

  test('is not called through a proxy of another kind, and the answer says so', async () => {
    const variables = { ALL_PROXY: 'socks5://127.0.0.1:1' };
    const url = await start(variables, 'https://llm.test/v1');
    const got = await ask(`${url}/models`, { method: 'GET' });
    expect([got.status, got.body.toString()]).toEqual([502, expect.stringContaining('ALL_PROXY')]);
  });

  describe('and a certificate of its company', () => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let upstream: ReturnType<typeof createServer>;
    let [url, authority, connections] = ['', '', 0];

    beforeAll(async () => {
      folder = await temporaryFolder();
      authority = join(folder.path, 'authority.pem');
      const altNames = [{ type: 2 as const, value: 'llm.test' }];
      const { cert, private: key } = await generate([{ name: 'commonName', value: 'llm.test' }], {
        keyType: 'ec',
        extensions: [{ name: 'subjectAltName', altNames }],
      });
      await writeFile(authority, cert);
      upstream = createServer({ cert, key }, (request, response) => {
        request.resume();
        response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
      });
      upstream.on('secureConnection', () => (connections += 1));
      upstream.on('upgrade', (_request, socket) => {
        const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n';
        socket.write(`${head}Connection: Upgrade\r\n\r\n`);
        socket.pipe(socket);
      });
      upstream.listen(0, '127.0.0.1');
      await once(upstream, 'listening');
      const { port } = upstream.address() as AddressInfo; // it listens on a port
      url = `https://llm.test:${port}`;
    });
    afterAll(async () => {
      upstream.closeAllConnections();
      upstream.close();
      await folder.remove();
    });
    afterEach(async () => {
      endConnections();
      await endProcesses();
    });

    test('is called through a tunnel that is kept, with a hit beside it', async () => {
      const through = await network();
      const variables = { HTTPS_PROXY: through.url, NODE_EXTRA_CA_CERTS: authority };
      const proxy = await startProcess('memory:', url, { variables });
      const before = connections;
      for (const outcome of ['miss', 'hit']) {
        const { result, outcome: got, text } = await call(proxy.url, 'Hello');
        expect([result, got, text]).toEqual([200, outcome, answer]);
      }
      expect((await call(proxy.url, 'Hello again')).outcome).toBe('miss');
      expect(through.asked).toEqual([`CONNECT ${new URL(url).host}`]);
      expect(connections - before).toBe(1);
      await proxy.terminate();
    });

    test('speaks as a WebSocket through a tunnel of its own', async () => {
      const through = await network();
      const variables = { HTTPS_PROXY: through.url, NODE_EXTRA_CA_CERTS: authority };
      const proxy = await startProcess('memory:', url, { variables });
      const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
      for (const _again of [1, 2]) {
        const sent = open(`${proxy.url}/openai/v1/realtime`, { headers: upgrade }).end();
        const [{ statusCode }, socket] = await once(sent, 'upgrade');
        socket.write('hello');
        const [heard] = await once(socket, 'data');
        expect([statusCode, String(heard)]).toEqual([101, 'hello']);
        socket.destroy();
      }
      expect(through.asked.length).toBe(2);
      await proxy.terminate();
    });

    test('is not believed without the certificate, and the answer names the variable', async () => {
      const through = await network();
      const own = await start({ HTTPS_PROXY: through.url }, `${url}/v1`);
      const got = await ask(`${own}/models`, { method: 'GET' });
      expect([got.status, got.body.toString()]).toEqual([
        502,
        expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      ]);
    });
  });
});
