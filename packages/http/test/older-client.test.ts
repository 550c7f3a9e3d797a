import { request as requestOverHttp } from 'node:http';
import type { Readable } from 'node:stream';
import { createLlmCache } from '@cached-llm/core';
import { cachedFetch, copyWithFetch, type Fetch, fetchOf } from '@cached-llm/http';
import { startWireServer, type WireServer } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { chatAnswer, jsonPost, question } from './wire.ts';

/** A response of a library from before Node.js had a `fetch`: its body is a stream of Node.js. */
class ForeignResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: Readable;

  constructor(status: number, headers: Headers, body: Readable) {
    this.status = status;
    this.statusText = '';
    this.headers = headers;
    this.body = body;
  }

  get ok(): boolean {
    return this.status < 300;
  }

  async buffer(): Promise<Buffer> {
    return Buffer.concat(await this.body.toArray());
  }
}

const foreignFetch = (url: string, init: RequestInit) =>
  new Promise<ForeignResponse>((resolve, reject) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    const sent = requestOverHttp(url, { method: init.method ?? 'GET', headers }, (got) => {
      resolve(new ForeignResponse(got.statusCode ?? 0, new Headers(got.headers as never), got));
    });
    sent.on('error', reject).end(init.body);
  });

/** A client as older releases of the SDKs are: its class and its options are all that it can be copied by. */
class OlderClient {
  readonly fetch: Fetch;
  readonly _options: { readonly fetch: Fetch };

  constructor(options: { readonly fetch: Fetch }) {
    this._options = options;
    this.fetch = options.fetch;
  }
}

async function withOlderClient(
  response: { readonly status?: number; readonly headers?: Record<string, string>; body: never },
  use: (fetch: Fetch, server: WireServer) => Promise<void>,
): Promise<void> {
  const server = await startWireServer({ answer: () => response });
  try {
    const given = new OlderClient({ fetch: foreignFetch as never }); // of another library
    const upstream = fetchOf(given);
    const fetch = cachedFetch({ cache: createLlmCache(), fetch: upstream });
    await use(copyWithFetch(given, fetch).fetch, server);
  } finally {
    await server.close();
  }
}

const speech = { status: 200, headers: { 'content-type': 'audio/mpeg' }, body: 'sound' as never };

describe('an older client whose fetch is that of another library', () => {
  test('has the same one as every client of that library, so that no two of them get a warning', () => {
    const other: Fetch = async () => new Response();
    const clients = [foreignFetch, foreignFetch, other].map(
      (fetch) => new OlderClient({ fetch: fetch as never }), // of another library
    );
    const [one, two, three] = clients.map(fetchOf);
    expect(one).toBe(two);
    expect(one).not.toBe(three);
  });

  test.each(['/v1/audio/speech', '/v1/chat/completions'])(
    'gets a body that is not read here with its methods: %s',
    async (path) => {
      await withOlderClient(speech, async (fetch, { url }) => {
        const response: unknown = await fetch(`${url}${path}`, jsonPost());
        expect(response).toBeInstanceOf(ForeignResponse);
        expect((await (response as ForeignResponse).buffer()).toString()).toBe('sound');
      });
    },
  );

  test.each([
    ['DELETE', '/v1/files/one'],
    ['POST', '/v1/chat/completions'],
  ])('gets a response without a body: %s %s', async (method, path) => {
    const empty = { status: 204, headers: { 'content-type': 'application/json' } };
    await withOlderClient({ ...empty, body: '' as never }, async (fetch, { url }) => {
      const init = method === 'POST' ? jsonPost() : { method };
      expect((await fetch(`${url}${path}`, init)).status).toBe(204);
    });
  });

  test('gets JSON and failures of any type, and finds its answers again', async () => {
    await withOlderClient({ body: chatAnswer as never }, async (fetch, { url }) => {
      const ask = () => fetch(`${url}/v1/chat/completions`, jsonPost(question));
      expect(await (await ask()).json()).toEqual(chatAnswer);
      expect((await ask()).headers.get('x-cached-llm')).toBe('hit');
    });
    const failure = { status: 502, headers: { 'content-type': 'text/html' }, body: 'no' as never };
    await withOlderClient(failure, async (fetch, { url }) => {
      const response = await fetch(`${url}/v1/chat/completions`, jsonPost(question));
      expect([response.status, await response.text()]).toEqual([502, 'no']);
    });
  });
});
