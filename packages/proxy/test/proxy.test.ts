import { createLlmCache } from '@cached-llm/core';
import { type ProxyOptions, startProxy } from '@cached-llm/proxy';
import {
  chatAnswer,
  chatEvents,
  startWireServer,
  until,
  type WireServerOptions,
} from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(
  wire: WireServerOptions,
  options: Partial<ProxyOptions> = {},
  check: string | undefined = undefined,
) {
  const upstream = await startWireServer(wire);
  closing.push(() => upstream.close());
  const cache = createLlmCache({ store: 'memory:' });
  closing.push(() => cache.close());
  const upstreams = { openai: { url: `${upstream.url}/v1`, check }, plain: { url: upstream.url } };
  const proxy = await startProxy({ cache, port: 0, upstreams, ...options });
  closing.push(() => proxy.close());
  return { upstream, cache, proxy };
}

const request = { model: 'gpt-test', messages: [{ role: 'user', content: 'Hello' }] };
const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('a proxy', () => {
  test('answers a repeated request from the store', async () => {
    const body = chatAnswer('Hi');
    const { upstream, proxy } = await start({ answer: () => ({ body }) });
    const first = await post(`${proxy.url}/openai/v1/chat/completions`, request);
    const second = await post(`${proxy.url}/openai/v1/chat/completions`, request);
    expect([first.status, first.headers.get('x-cached-llm')]).toEqual([200, 'miss']);
    expect([second.status, second.headers.get('x-cached-llm')]).toEqual([200, 'hit']);
    expect([await first.json(), await second.json()]).toEqual([body, body]);
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
  });

  test('replays a stream', async () => {
    const { upstream, proxy } = await start({
      answer: () => ({ kind: 'sse', body: chatEvents(['H', 'i']) }),
    });
    const ask = async () =>
      (await post(`${proxy.url}/openai/v1/chat/completions`, { ...request, stream: true })).text();
    const first = await ask();
    expect(first).toContain('[DONE]');
    expect(await ask()).toBe(first);
    expect(upstream.count).toBe(1);
  });

  test('shares nothing between two credentials, unless it is told to and both work', async () => {
    const wire = { answer: () => ({ body: chatAnswer('Hi') }) };
    for (const [shared, calls] of [
      [false, 2],
      [true, 1],
    ] as const) {
      const { upstream, proxy } = await start(wire, { shared }, '/models');
      for (const key of ['sk-1', 'sk-2', 'sk-1']) {
        const authorization = `Bearer ${key}`;
        await post(`${proxy.url}/openai/v1/chat/completions`, request, { authorization });
      }
      const made = upstream.requests.filter(({ method }) => method === 'POST');
      expect(made.length).toBe(calls);
    }
  });

  test('gives no answer from the store to a credential that was refused for something else', async () => {
    let isRevoked = false;
    const { proxy } = await start({
      answer: () => (isRevoked ? { status: 401, body: {} } : { body: chatAnswer('Hi') }),
    });
    const authorization = 'Bearer sk-1';
    const ask = () => post(`${proxy.url}/openai/v1/chat/completions`, request, { authorization });
    await ask();
    expect((await ask()).headers.get('x-cached-llm')).toBe('hit');
    isRevoked = true;
    await fetch(`${proxy.url}/openai/v1/models`, { headers: { authorization } });
    expect((await ask()).status).toBe(401);
  });

  test('gives each of several equal requests its answer, where no cache can read it', async () => {
    const { proxy } = await start({
      answer: () => ({ body: chatAnswer('Hi'), headers: { 'content-encoding': 'compress' } }),
      latencyPerChunk: 20,
    });
    const ask = () => post(`${proxy.url}/openai/v1/chat/completions`, request);
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('passes everything else through', async () => {
    const { upstream, proxy } = await start({
      answer: ({ body }) => ({ body: { length: body.length }, headers: { 'x-request-id': '1' } }),
    });
    for (const _again of [1, 2]) {
      const body = 'x'.repeat(100_000);
      const response = await fetch(`${proxy.url}/plain/v1/files?purpose=batch`, {
        method: 'PUT',
        body,
      });
      expect(response.headers.get('x-request-id')).toBe('1');
      expect(await response.json()).toEqual({ length: 100_000 });
    }
    expect(upstream.requests.map(({ path }) => path)).toEqual(
      Array(2).fill('/v1/files?purpose=batch'),
    );
  });

  test('calls nobody in mode replay, and says so under a status that no SDK retries', async () => {
    const upstream = await startWireServer({ answer: () => ({ body: chatAnswer('Hi') }) });
    closing.push(() => upstream.close());
    const cache = createLlmCache({ store: 'memory:', mode: 'replay' });
    closing.push(() => cache.close());
    const upstreams = {
      openai: { url: `${upstream.url}/v1` },
      plain: { url: upstream.url },
    };
    const proxy = await startProxy({ cache, port: 0, upstreams });
    closing.push(() => proxy.close());
    const responses = await Promise.all([
      post(`${proxy.url}/openai/v1/chat/completions`, request),
      post(`${proxy.url}/plain/v1/threads`, request),
      post(`${proxy.url}/plain/v1/threads`, request, { 'content-type': 'text/csv' }),
      fetch(`${proxy.url}/openai/v1/models`),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([406, 406, 406, 406]);
    expect(responses.map(({ headers }) => headers.get('x-should-retry'))).toEqual(
      Array(4).fill('false'),
    );
    expect(upstream.count).toBe(0);
  });

  test('puts in the version that the AI SDK takes for a part of the base URL', async () => {
    const body = { type: 'message', content: [{ type: 'text', text: 'Hi' }] };
    const upstream = await startWireServer({ answer: () => ({ body }) });
    closing.push(() => upstream.close());
    const upstreams = { anthropic: { url: upstream.url } };
    const { proxy } = await start({}, { upstreams });
    await post(`${proxy.url}/anthropic/messages`, request);
    await post(`${proxy.url}/anthropic/v1/messages`, request);
    expect(upstream.requests.map(({ path }) => path)).toEqual(Array(2).fill('/v1/messages'));
  });

  test('cuts what is under way after the time in which it has to end', async () => {
    const { proxy, upstream } = await start({
      answer: () => ({ body: {}, faults: [{ kind: 'hang' }] }),
    });
    const asked = post(`${proxy.url}/openai/v1/chat/completions`, request);
    const failed = asked.then(
      () => false,
      () => true,
    );
    await until('the upstream is asked', () => upstream.count === 1);
    await proxy.close({ within: 1 });
    expect(await failed).toBe(true);
  });

  test('names its routes to who asks for another one', async () => {
    const { proxy } = await start({});
    const response = await fetch(`${proxy.url}/opnai/v1/models`);
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining('/openai/v1'),
    ]);
  });

  test('has a base URL for each provider, and the variables that its clients read', async () => {
    const { proxy } = await start({});
    expect(proxy.routes).toContainEqual({
      name: 'anthropic',
      url: `${proxy.url}/anthropic`,
      variables: ['ANTHROPIC_BASE_URL', 'ANTHROPIC_API_URL', 'ANTHROPIC_API_BASE'],
    });
  });
});
