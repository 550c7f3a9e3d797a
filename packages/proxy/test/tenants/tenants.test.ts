import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { control, createLlmCache } from '@cached-llm/core';
import { type ProxyOptions, startProxy } from '@cached-llm/proxy';
import { chatAnswer, type ReceivedRequest, startWireServer } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** An upstream that accepts some keys, and a proxy before it. */
async function start(options: Partial<ProxyOptions> = {}, check?: string) {
  const keys = new Set(['alice', 'bob']);
  const answer = ({ method, headers }: ReceivedRequest) => {
    const [, key = ''] = /^Bearer (.*)$/.exec(headers.authorization ?? '') ?? [];
    if (!keys.has(key)) return { status: 401, body: { error: { message: 'no such key' } } };
    return method === 'GET' ? { body: { data: [] } } : { body: chatAnswer(`to ${key}`) };
  };
  const upstream = await startWireServer({ answer });
  const cache = createLlmCache();
  const upstreams = { openai: { url: `${upstream.url}/v1`, check } };
  const proxy = await startProxy({ cache, port: 0, upstreams, ...options });
  closing.push(
    () => upstream.close(),
    () => cache.close(),
    () => proxy.close(),
  );
  const made = () => upstream.requests.map(({ method }) => method);
  return { upstream, proxy, keys, made };
}

interface Answered {
  readonly status: number;
  readonly outcome: string | null;
  readonly key: string | null;
  readonly text: string;
}

async function ask(
  { url }: { readonly url: string },
  key: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await fetch(`${url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Why?' }] }),
  });
  return {
    status: response.status,
    outcome: response.headers.get('x-cached-llm'),
    key: response.headers.get('x-cached-llm-key'),
    text: await response.text(),
  };
}

describe('Two tenants with the same question', () => {
  test('make two calls, and have each their own answer from then on', async () => {
    const { proxy, upstream } = await start();
    const first = [await ask(proxy, 'alice'), await ask(proxy, 'bob')];
    const second = [await ask(proxy, 'alice'), await ask(proxy, 'bob')];
    expect(first.map(({ outcome }) => outcome)).toEqual(['miss', 'miss']);
    expect(second.map(({ outcome }) => outcome)).toEqual(['hit', 'hit']);
    expect(second.map(({ text }) => text)).toEqual(first.map(({ text }) => text));
    expect(first[0]?.text).toContain('to alice');
    expect(upstream.count).toBe(2);
  });

  test('cannot take the scope of each other by the header for it', async () => {
    const { proxy, upstream } = await start();
    const { key } = await ask(proxy, 'alice');
    const scopes = [key ?? '', ...(key ?? '').split(':')];
    for (const scope of scopes) {
      const { outcome } = await ask(proxy, 'bob', control({ scope }));
      expect(outcome).toBe('miss');
    }
    expect(upstream.count).toBe(1 + scopes.length);
  });

  test('share nothing where neither knows whose call it is', async () => {
    const { proxy, upstream } = await start();
    const unknown = control({ scope: undefined });
    const answers = [await ask(proxy, 'alice', unknown), await ask(proxy, 'bob', unknown)];
    expect(answers.map(({ outcome }) => outcome)).toEqual(['miss', 'miss']);
    expect(upstream.count).toBe(2);
  });

  test('share one answer where all callers may, once the provider has accepted their keys', async () => {
    const { proxy, made } = await start({ shared: true }, '/models');
    const answers = [await ask(proxy, 'alice'), await ask(proxy, 'bob')];
    expect(answers.map(({ outcome }) => outcome)).toEqual(['miss', 'hit']);
    expect(answers[1]?.text).toBe(answers[0]?.text);
    expect(made()).toEqual(['GET', 'POST', 'GET']);
  });

  test('share no answer with a key that the provider does not know, or with none', async () => {
    const { proxy } = await start({ shared: true }, '/models');
    await ask(proxy, 'alice');
    for (const key of ['mallory', undefined]) {
      expect(await ask(proxy, key)).toMatchObject({ status: 401, outcome: 'miss' });
    }
  });

  test('share no call that is under way with a key that was not seen to work', async () => {
    const { proxy } = await start({ shared: true });
    const answers = await Promise.all([ask(proxy, 'alice'), ask(proxy, 'mallory')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 401]);
  });
});

describe('A key that is revoked', () => {
  test('lives on no answer from the store once it was refused', async () => {
    const { proxy, keys, upstream } = await start();
    await ask(proxy, 'alice');
    keys.delete('alice');
    expect((await ask(proxy, 'alice')).outcome).toBe('hit'); // it was seen to work within the hour
    const refused = await ask(proxy, 'alice', control({ mode: 'refresh' }));
    expect(refused.status).toBe(401);
    expect(await ask(proxy, 'alice')).toMatchObject({ status: 401, outcome: 'miss' });
    expect(upstream.count).toBe(3);
  });

  test('is found by the cheap check as soon as it is not trusted any more', async () => {
    const { proxy, keys, made } = await start({ trust: 0 }, '/models');
    expect((await ask(proxy, 'alice')).outcome).toBe('miss');
    expect((await ask(proxy, 'alice')).outcome).toBe('hit');
    keys.delete('alice');
    expect(await ask(proxy, 'alice')).toMatchObject({ status: 401, outcome: 'miss' });
    expect(made()).toEqual(['GET', 'POST', 'GET', 'GET', 'POST']);
  });

  test('is found by the call itself where the provider has no cheap check', async () => {
    const { proxy, keys, made } = await start({ trust: 0 });
    expect((await ask(proxy, 'alice')).outcome).toBe('miss');
    expect((await ask(proxy, 'alice')).outcome).toBe('miss');
    keys.delete('alice');
    expect(await ask(proxy, 'alice')).toMatchObject({ status: 401 });
    expect(made()).toEqual(['POST', 'POST', 'POST']);
  });

  test('is not looked for where trust has no end', async () => {
    const { proxy, keys } = await start({ trust: Number.POSITIVE_INFINITY });
    await ask(proxy, 'alice');
    keys.delete('alice');
    expect(await ask(proxy, 'alice')).toMatchObject({ status: 200, outcome: 'hit' });
  });
});

describe('A proxy with a token', () => {
  const token = 'a-token-of-the-proxy-0123456789';

  test('serves who shows it, and shows it to no provider', async () => {
    const { proxy, upstream } = await start({ token });
    expect((await ask(proxy, 'alice')).status).toBe(401);
    expect(upstream.count).toBe(0);
    const shown = [
      await ask(proxy, 'alice', { 'x-cached-llm-token': token }),
      await ask({ url: `${proxy.url}/~${token}` }, 'alice'),
    ];
    expect(shown.map(({ outcome }) => outcome)).toEqual(['miss', 'hit']);
    expect(JSON.stringify(upstream.requests)).not.toContain(token);
    expect(JSON.stringify(shown)).not.toContain(token);
  });

  test('says that it is well to whoever asks, and its metrics to none but who shows it', async () => {
    const { proxy } = await start({ token });
    const statusOf = async (path: string, headers = {}) =>
      (await fetch(`${proxy.url}${path}`, { headers })).status;
    expect(await statusOf('/healthz')).toBe(200);
    expect(await statusOf('/metrics')).toBe(401);
    expect(await statusOf('/metrics', { 'proxy-authorization': `Bearer ${token}` })).toBe(200);
  });

  test('takes neither of its own pages for a call', async () => {
    const calls: unknown[] = [];
    const { proxy } = await start({ onCall: (call) => calls.push(call) });
    for (const path of ['/healthz', '/metrics']) await fetch(`${proxy.url}${path}`);
    const passed = await fetch(`${proxy.url}/nothing`);
    expect([passed.status, calls]).toEqual([404, [expect.objectContaining({ status: 404 })]]);
  });

  test('shows its metrics to no page that only asks what it may send', async () => {
    const origin = 'https://app.example';
    const { proxy } = await start({ token, allowedOrigins: [origin] });
    const headers = { origin, 'access-control-request-method': 'GET' };
    const asked = await fetch(`${proxy.url}/metrics`, { method: 'OPTIONS', headers });
    expect([asked.status, await asked.text()]).toEqual([204, '']);
  });
});

test('A name that leads to this machine is refused, and so is a page of a browser', async () => {
  const { proxy, upstream } = await start();
  const refused = async (headers: Record<string, string>) => {
    const { hostname, port } = new URL(proxy.url);
    const sent = request({ host: hostname, port, path: '/openai/v1/models', headers }).end();
    const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
      sent.once('response', resolve),
    );
    return [response.statusCode, JSON.parse(await text(response)).error.code];
  };
  expect(await refused({ host: 'evil.example' })).toEqual([421, 'host']);
  expect(await refused({ origin: 'https://evil.example' })).toEqual([403, 'origin']);
  expect(upstream.count).toBe(0);
});
