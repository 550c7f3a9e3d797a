import { request as open, type ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { createLlmCache } from '@cached-llm/core';
import { type ProxiedCall, startProxy } from '@cached-llm/proxy';
import { chatAnswer, until } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ask, startServer } from './wire.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A proxy before an upstream that answers like this, with what is said of each call. */
async function start(answer: (response: ServerResponse) => void) {
  const upstream = await startServer((request, response) => {
    request.resume().on('end', () => answer(response));
  });
  closing.push(() => upstream.close());
  const cache = createLlmCache({ store: 'memory:' });
  closing.push(() => cache.close());
  const upstreams = { openai: { url: `${upstream.url}/v1` } };
  const calls: ProxiedCall[] = [];
  const onCall = (call: ProxiedCall) => calls.push(call);
  const proxy = await startProxy({ cache, port: 0, upstreams, onCall });
  closing.push(() => proxy.close());
  const headers = { 'content-type': 'application/json', 'accept-encoding': 'gzip, deflate, br' };
  const asked = (path: string, body: object) =>
    ask(`${proxy.url}/openai/v1/${path}`, { headers, body: JSON.stringify(body) });
  const chat = (rest: object = {}) =>
    asked('chat/completions', {
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hello' }],
      ...rest,
    });
  return { cache, calls, chat, asked, url: `${proxy.url}/openai/v1` };
}

const JSON_TYPE = { 'content-type': 'application/json' };
const json = JSON.stringify(chatAnswer('Hi'));

describe('an answer that is not encoded as its header says', () => {
  test.each(['gzip', 'deflate', 'br'])('passes as it came: %s', async (encoding) => {
    const { chat, calls, cache } = await start((response) =>
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding }).end(json),
    );
    for (const count of [1, 2]) {
      const got = await chat();
      expect([got.status, got.headers['content-encoding'], got.body.toString()]).toEqual([
        ...[200, encoding, json],
      ]);
      expect(got.headers['x-cached-llm']).toBe('miss');
      await until('the call has its line', () => calls.length === count);
    }
    expect(calls.map(({ outcome }) => outcome)).toEqual(['miss', 'miss']);
    expect(cache.stats()).toMatchObject({ misses: 2, bypasses: 0, hits: 0 });
  });

  test('passes in a stream, too, with its events as they come', async () => {
    const event = 'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n';
    const { chat } = await start((response) => {
      const head = { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' };
      response.writeHead(200, head).write(event);
      response.end('data: [DONE]\n\n');
    });
    const got = await chat({ stream: true });
    expect([got.headers['content-encoding'], got.body.toString(), got.isCut]).toEqual([
      ...['gzip', `${event}data: [DONE]\n\n`, false],
    ]);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('is decoded if it is, byte by byte: %s', async (encoding, encode) => {
    const { chat } = await start((response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding });
      for (const byte of encode(Buffer.from(json))) response.write(Buffer.from([byte]));
      response.end();
    });
    for (const outcome of ['miss', 'hit']) {
      const got = await chat();
      expect([got.headers['x-cached-llm'], got.body.toString()]).toEqual([outcome, json]);
    }
  });

  test('has no body at all: it passes without one', async () => {
    const { chat } = await start((response) =>
      response.writeHead(500, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(),
    );
    const got = await chat();
    expect([got.status, got.body.length, got.isCut]).toEqual([500, 0, false]);
  });

  test('is damaged in its middle: the answer says so', async () => {
    const long = gzipSync(Array.from({ length: 40_000 }, (_each, at) => String(at)).join(' '));
    const { chat } = await start((response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' });
      response.end(long.fill(7, long.length / 2));
    });
    const got = await chat();
    expect([got.status, JSON.parse(got.body.toString()).error.code]).toEqual([
      ...[502, 'upstream_damaged'],
    ]);
  });
});

describe('a call without an answer', () => {
  test.each([
    ['chat/completions', { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] }],
    ['embeddings', { model: 'gpt-4o', input: ['one', 'two'] }],
  ])('is a miss in its line as it is in the figures: %s', async (path, body) => {
    const { cache, calls, asked } = await start((response) => response.destroy());
    const { status } = await asked(path, body);
    await until('the call has its line', () => calls.length === 1);
    expect(status).toBe(502);
    expect(calls[0]).toMatchObject({ outcome: 'miss', model: 'gpt-4o', status: 502 });
    expect(cache.stats()).toMatchObject({ requests: 1, misses: 1, bypasses: 0 });
  });

  test('is a miss in both, if the client left before its end', async () => {
    let count = 0;
    const { cache, calls, url } = await start(() => {
      count += 1;
    });
    const sent = open(`${url}/chat/completions`, { method: 'POST', headers: JSON_TYPE });
    sent.on('error', () => {}); // it is this test that leaves
    sent.end(JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] }));
    await until('the upstream is asked', () => count === 1);
    sent.destroy();
    await until('the call has its line', () => calls.length === 1);
    expect(calls[0]).toMatchObject({ outcome: 'miss', model: 'gpt-4o', status: 0 });
    expect(cache.stats()).toMatchObject({ requests: 1, misses: 1, bypasses: 0 });
  });

  test('is a bypass in both, if no cache was asked', async () => {
    const { cache, calls, asked } = await start((response) => response.destroy());
    await asked('responses', { model: 'gpt-4o', input: 'Hello', previous_response_id: 'resp_1' });
    await until('the call has its line', () => calls.length === 1);
    expect(calls[0]).toMatchObject({ outcome: 'bypass', model: 'gpt-4o', status: 502 });
    expect(cache.stats()).toMatchObject({ requests: 1, misses: 0, bypasses: 1 });
  });
});
