import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLlmCache } from '@cached-llm/core';
import { defaultAdapter } from '@cached-llm/core/adapter';
import { until } from '@cached-llm/testing';
import { afterEach, expect, test } from '@jest/globals';
import { listedEmbeddings } from '../../src/adapter/embeddings.ts';
import { cachedFetch } from '../../src/index.ts';

const adapter = { ...defaultAdapter, provider: 'test', batch: listedEmbeddings };

const MEBIBYTE = 1024 * 1024;

/** Bodies that never end. The filling of each is sent again and again. */
const BODIES = {
  'JSON, which is read as a whole': ['application/json', '["', 'x'.repeat(MEBIBYTE)],
  'events, which are recorded': ['text/event-stream', '', `data: "${'x'.repeat(MEBIBYTE)}"\n\n`],
} as const;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

type Body = readonly [type: string, opening: string, filling: string];

async function startEndless([type, opening, filling]: Body, status = 200) {
  const answers = new Set<ServerResponse>();
  const server = createServer((_request, response) => {
    answers.add(response);
    response.on('close', () => answers.delete(response));
    response.writeHead(status, { 'content-type': type });
    response.write(opening);
    const fill = () => {
      if (!response.destroyed && response.write(filling)) setImmediate(fill);
    };
    response.on('drain', fill);
    fill();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { url: `http://127.0.0.1:${port}/v1`, answers };
}

/** Reads more than may be held, and leaves: the cache then holds no flight, and the provider is left. */
async function readMuch(
  { url, answers }: Awaited<ReturnType<typeof startEndless>>,
  [path, body]: readonly [path: string, body: object],
): Promise<readonly string[]> {
  const cache = createLlmCache();
  const story: string[] = [];
  for (const name of ['miss', 'stored', 'not-admitted'] as const) {
    cache.on(name, (event) => story.push('reason' in event ? String(event.reason) : name));
  }
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', body: JSON.stringify(body), headers };
  const response = await cachedFetch({ cache, adapter })(`${url}${path}`, request);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader(); // its type allows no body
  for (let read = 0; read < 80 * MEBIBYTE; ) read += (await reader.read()).value?.byteLength ?? 0;
  await until('No flight is left', () => cache.pipeline.flights.isEmpty);
  await reader.cancel();
  await until('The provider is left', () => answers.size === 0);
  await cache.close();
  return story;
}

test.each(Object.entries(BODIES))(
  'an endless body of %s reaches its reader, and is not held',
  async (_name, body) => {
    const asked = ['/chat/completions', { model: 'm', stream: true }] as const;
    expect(await readMuch(await startEndless(body), asked)).toEqual(['miss', 'too-large']);
  },
);

test.each([
  ['answer', 200],
  ['failure', 500],
])(
  'an endless %s to a batch of texts reaches its reader, and is not held',
  async (_name, status) => {
    const body = BODIES['JSON, which is read as a whole'];
    const asked = ['/embeddings', { model: 'm', input: ['a', 'b'] }] as const;
    const story = await readMuch(await startEndless(body, status), asked);
    expect(story).toEqual(['miss', 'miss', 'too-large', 'too-large']);
  },
);
