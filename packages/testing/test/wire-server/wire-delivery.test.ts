import { LlmCacheError } from '@cached-llm/core';
import { describe, expect, test } from '@jest/globals';
import type { ExchangeResponse } from '../../src/wire-server/exchange.ts';
import { startWireServer } from '../../src/wire-server/wire-server.ts';
import { chunksOf, post, withServers } from './with-server.ts';

const start = withServers();
const events: ExchangeResponse = { kind: 'sse', body: [{ text: 'ø' }, { text: '🌅' }, '[DONE]'] };
const written = 'data: {"text":"ø"}\n\ndata: {"text":"🌅"}\n\ndata: [DONE]\n\n';

describe('bodies', () => {
  test.each<[string, ExchangeResponse, string, string]>([
    ['an object', { body: { a: 1 } }, 'application/json', '{"a":1}'],
    ['a string', { body: 'plain' }, 'text/plain; charset=utf-8', 'plain'],
    [
      'a string called JSON',
      { body: '{ "a": 1 }', kind: 'json' },
      'application/json',
      '{ "a": 1 }',
    ],
    ['a list of events', events, 'text/event-stream; charset=utf-8', written],
    [
      'a recorded event stream',
      { body: ': hi\r\n\r\ndata: 1', kind: 'sse' },
      'text/event-stream; charset=utf-8',
      ': hi\r\n\r\ndata: 1',
    ],
    [
      'a list of lines',
      { body: [{ a: 1 }, { a: 2 }], kind: 'ndjson' },
      'application/x-ndjson',
      '{"a":1}\n{"a":2}\n',
    ],
    ['recorded lines', { body: '{}\n{}', kind: 'ndjson' }, 'application/x-ndjson', '{}\n{}'],
    ['nothing', { body: undefined }, 'application/json', ''],
  ])('%s is sent with its content type', async (_, response, contentType, text) => {
    const server = await start({ exchanges: [{ response }] });
    const received = await post(server.url, {});
    expect(received.headers.get('content-type')).toBe(contentType);
    expect(await received.text()).toBe(text);
  });

  test('status and headers are as given', async () => {
    const response = {
      status: 418,
      headers: { 'Content-Type': 'text/x-tea', 'x-request-id': 'r1' },
      body: '',
    };
    const server = await start({ exchanges: [{ response }] });
    const received = await post(server.url, {});
    expect(received.status).toBe(418);
    expect(received.headers.get('content-type')).toBe('text/x-tea');
    expect(received.headers.get('x-request-id')).toBe('r1');
  });
});

describe('chunks', () => {
  test('are events', async () => {
    const server = await start({ exchanges: [{ response: events }] });
    const { chunks } = await chunksOf(await post(server.url, {}));
    expect(chunks).toHaveLength(3);
    expect(chunks[2]).toBe('data: [DONE]\n\n');
  });

  test('are single bytes, even within a character', async () => {
    const server = await start({ exchanges: [{ response: events, chunkSize: 'byte' }] });
    const { chunks } = await chunksOf(await post(server.url, {}));
    expect(new Set(chunks.map((chunk) => chunk.length))).toEqual(new Set([1]));
    expect(Buffer.from(chunks.join(''), 'latin1').toString()).toBe(written);
  });

  test('have a given number of bytes, even within an event', async () => {
    const server = await start({ exchanges: [{ response: { ...events, chunkSize: 7 } }] });
    const { chunks } = await chunksOf(await post(server.url, {}));
    expect(new Set(chunks.slice(0, -1).map((chunk) => chunk.length))).toEqual(new Set([7]));
    expect(Buffer.from(chunks.join(''), 'latin1').toString()).toBe(written);
  });

  test('have a latency before each of them, while the headers are sent at once', async () => {
    const server = await start({ exchanges: [{ response: events }], latencyPerChunk: 15 });
    const startedAt = performance.now();
    const received = await post(server.url, {});
    const { chunks } = await chunksOf(received);
    expect(chunks).toHaveLength(3);
    // Timers of Node may fire a millisecond early.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(42);
  });

  test.each([0, -1, 1.5, Number.NaN])(
    'of a size of %s are refused at the start',
    async (chunkSize) => {
      const refused = expect(
        startWireServer({ exchanges: [{ response: events, chunkSize }] }),
      ).rejects;
      await refused.toBeInstanceOf(LlmCacheError);
    },
  );
});

describe('line ends', () => {
  test('become CRLF or LF for any body', async () => {
    const recorded = { kind: 'sse' as const, body: 'data: 1\r\n\r\ndata: 2\n\n' };
    const server = await start({
      exchanges: [
        { path: '/crlf', response: events, lineEnding: '\r\n' },
        { path: '/lf', response: recorded, lineEnding: '\n' },
      ],
    });
    const crlf = await (await post(`${server.url}/crlf`, {})).text();
    expect(crlf).toBe(written.replaceAll('\n', '\r\n'));
    expect(await (await post(`${server.url}/lf`, {})).text()).toBe('data: 1\n\ndata: 2\n\n');
  });

  test('within a JSON body do not change', async () => {
    const response = { kind: 'json' as const, body: '{\n}' };
    const server = await start({ exchanges: [{ response }], lineEnding: '\r\n' });
    expect(await (await post(server.url, {})).text()).toBe('{\n}');
  });
});

describe('gzip', () => {
  test.each(['event', 'byte'] as const)(
    'is decoded by the client, written by %s',
    async (chunkSize) => {
      const server = await start({ exchanges: [{ response: events, gzip: true, chunkSize }] });
      const received = await post(server.url, {});
      expect(received.headers.get('content-encoding')).toBe('gzip');
      expect(await received.text()).toBe(written);
    },
  );

  test('is flushed after each event, so that each event arrives when it is sent', async () => {
    const hang = { kind: 'hang', afterEvents: 1 } as const;
    const server = await start({ exchanges: [{ response: events, gzip: true, faults: [hang] }] });
    const reader = (await post(server.url, {})).body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('data: {"text":"ø"}\n\n');
    await reader?.cancel();
  });
});

test('a delivery of the response overrides that of the exchange, which overrides that of the server', async () => {
  const server = await start({
    chunkSize: 'byte',
    exchanges: [
      { path: '/response', chunkSize: 'byte', response: { ...events, chunkSize: 'event' } },
      { path: '/exchange', chunkSize: 'event', response: events },
      { path: '/server', response: events },
    ],
  });
  const counts = [];
  for (const path of ['/response', '/exchange', '/server'])
    counts.push((await chunksOf(await post(server.url + path, {}))).chunks.length);
  expect(counts).toEqual([3, 3, Buffer.byteLength(written)]);
});
