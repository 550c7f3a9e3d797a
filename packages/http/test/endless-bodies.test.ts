import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLlmCache, type EventName } from '@cached-llm/core';
import { until } from '@cached-llm/testing';
import { afterEach, expect, test } from '@jest/globals';
import { cachedFetch } from '../src/index.ts';

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

async function startEndless([type, opening, filling]: readonly [string, string, string]) {
  const answers = new Set<ServerResponse>();
  const server = createServer((_request, response) => {
    answers.add(response);
    response.on('close', () => answers.delete(response));
    response.writeHead(200, { 'content-type': type });
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
  return { url: `http://127.0.0.1:${port}/v1/chat/completions`, answers };
}

test.each(Object.entries(BODIES))(
  'an endless body of %s reaches its reader, and is not held',
  async (_name, body) => {
    const { url, answers } = await startEndless(body);
    const cache = createLlmCache();
    const story: EventName[] = [];
    for (const name of ['miss', 'stored', 'not-admitted'] as const) {
      cache.on(name, (event) => story.push('reason' in event ? (event.reason as EventName) : name));
    }
    const request = { method: 'POST', body: '{"model":"m","stream":true}' };
    const headers = { 'content-type': 'application/json' };
    const response = await cachedFetch({ cache })(url, { ...request, headers });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader(); // its type allows no body
    for (let read = 0; read < 80 * MEBIBYTE; ) read += (await reader.read()).value?.byteLength ?? 0;
    expect(story).toEqual(['miss', 'too-large']);
    expect(cache.pipeline.flights.isEmpty).toBe(true);
    await reader.cancel();
    await until('The provider is left', () => answers.size === 0);
    await cache.close();
  },
);
