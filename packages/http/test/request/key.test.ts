import { createLlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { describe, expect, test } from '@jest/globals';
import { bytesOf, chatAnswer, jsonPost, question, sse, withWire } from '../wire.ts';

const URL_ = 'https://api.test/v1/chat/completions';

interface Asked {
  readonly url?: string;
  readonly headers?: RequestInit['headers'];
  readonly body?: string;
}

/** The key of a request, from its event; undefined for a request that bypasses the cache. */
async function keyOf({ url = URL_, headers = {}, body = JSON.stringify(question) }: Asked) {
  const cache = createLlmCache();
  let key: string | undefined;
  cache.on('miss', (event) => {
    key = event.key;
  });
  const upstream = async () => Response.json(chatAnswer);
  const fetch = cachedFetch({ cache, fetch: upstream, endpoints: ['/v1/chat/completions/'] });
  await fetch(url, { method: 'POST', headers, body });
  return key;
}

const header = (name: string, value = 'x'): Asked => ({ headers: { [name]: value } });
const body = (text: string): Asked => ({ body: text });
const query = (text: string): Asked => ({ url: `${URL_}?${text}` });

describe('two requests have one key where they differ only', () => {
  test.each<[string, Asked, Asked]>([
    [
      'in the order of fields',
      body('{"a":1,"b":{"c":2,"d":3}}'),
      body('{"b":{"d":3,"c":2},"a":1}'),
    ],
    ['in white space', body('{"a":[1,2]}'), body('{ "a" : [ 1,\n2 ] }\n')],
    ['in escapes', body('{"a":"é/"}'), body('{"a":"\\u00e9\\/"}')],
    ['in the sign of zero', body('{"a":0}'), body('{"a":-0}')],
    ['in how a number is written', body('{"a":1,"b":100}'), body('{"a":1.0,"b":1e2}')],
    [
      'in the order of fields beside long integers',
      body('{"a":12345678901234567890,"b":12345678901234567891}'),
      body('{"b":12345678901234567891,"a":12345678901234567890}'),
    ],
    [
      'in the third decimal of a temperature',
      body('{"messages":[],"temperature":0.3}'),
      body('{"messages":[],"temperature":0.30000000000000004}'),
    ],
    [
      'in the order of headers',
      {
        headers: [
          ['x-a', '1'],
          ['x-b', '2'],
        ],
      },
      {
        headers: [
          ['x-b', '2'],
          ['x-a', '1'],
        ],
      },
    ],
    ['in the case of a header', header('OpenAI-Beta', 'v2'), header('openai-beta', 'v2')],
    ['in the order of the query', query('a=1&b=2'), query('b=2&a=1')],
    ['in how the query is written', query('a=%41%20b'), query('a=A+b')],
    ['in the fragment', {}, { url: `${URL_}#part` }],
    ['in the default port of the scheme', {}, { url: URL_.replace('.test', '.test:443') }],
  ])('%s', async (_name, one, other) => {
    const key = await keyOf(one);
    expect(key).toMatch(/^cached-llm:/);
    expect(await keyOf(other)).toBe(key);
  });

  test.each([
    ...['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie', 'proxy-authorization'],
    ...['x-amz-security-token', 'x-amz-date', 'x-amz-content-sha256'],
    ...['user-agent', 'x-stainless-lang', 'x-stainless-retry-count', 'x-goog-api-client'],
    ...[
      'traceparent',
      'tracestate',
      'baggage',
      'sentry-trace',
      'x-b3-traceid',
      'x-datadog-trace-id',
    ],
    ...['x-request-id', 'request-id', 'x-client-request-id', 'x-correlation-id', 'x-amzn-trace-id'],
    ...['idempotency-key', 'http-referer', 'x-title', 'content-length', 'accept-encoding'],
    ...['x-forwarded-for', 'cf-connecting-ip', 'cache-control'],
    ...['x-session-affinity', 'x-claude-code-session-id', 'helicone-session-id'],
    ...['helicone-property-app', 'helicone-user-id', 'x-portkey-trace-id', 'x-portkey-span-id'],
    ...['x-litellm-session-id', 'x-litellm-trace-id', 'langsmith-trace', 'uber-trace-id'],
    ...['newrelic', 'x-stainless-timeout', 'x-stainless-helper-method', 'amz-sdk-invocation-id'],
    ...['sec-fetch-mode', 'cf-aig-collect-log', 'x-ms-client-request-id', 'jaeger-baggage'],
  ])('in the header %s', async (name) => {
    expect(await keyOf(header(name, '7'))).toBe(await keyOf({}));
  });

  test.each([
    ['key', 'https://generativelanguage.googleapis.com'],
    ['access_token', 'https://us-central1-aiplatform.googleapis.com'],
    ['subscription-key', 'https://contoso.azure-api.net'],
    ['X-Amz-Signature', 'https://bedrock-runtime.us-east-1.amazonaws.com'],
    ['X-Amz-Credential', 'https://bedrock-runtime.us-east-1.amazonaws.com'],
  ])('in the credential ?%s= at %s', async (name, origin) => {
    const at = (search: string) => ({ url: `${origin}/v1/chat/completions?${search}` });
    expect(await keyOf(at(`alt=sse&${name}=1`))).toBe(await keyOf(at('alt=sse')));
  });

  test.each([
    ['none', '*/*'],
    ['any type', 'application/json'],
    ['JSON', 'Application/JSON; q=0.9'],
    ['JSON', 'application/json, text/plain, */*'],
  ])('in the accept header, which asks for %s or for %s', async (_name, value) => {
    expect(await keyOf(header('accept', value))).toBe(await keyOf({}));
  });

  test.each([
    ['accept', 'text/event-stream, application/json', 'application/json;q=1.0,text/event-stream'],
    ['content-type', 'application/json', 'application/json; charset=utf-8'],
    ['content-type', 'application/json', 'text/plain;charset=UTF-8'],
    ['accept-language', '*', '*'],
    ['host', 'api.test', 'API.test'],
  ])('in how the header %s is written', async (name, one, other) => {
    expect(await keyOf(header(name, one))).toBe(await keyOf(header(name, other)));
  });
});

describe('two requests have two keys where they differ', () => {
  test.each<[string, Asked, Asked]>([
    ['in an unknown header', {}, header('x-unknown')],
    ['in the value of such a header', header('x-unknown', 'a'), header('x-unknown', 'b')],
    ['in a header that begins like a neutral one', {}, header('x-request-mode')],
    ['in a header that begins like a trace', {}, header('trace-depth')],
    ['in a beta flag', header('anthropic-beta', 'a'), header('anthropic-beta', 'b')],
    [
      'in the version of the API',
      header('anthropic-version', '1'),
      header('anthropic-version', '2'),
    ],
    ['in the organization', header('openai-organization', 'a'), header('openai-organization', 'b')],
    ['in the accept header', {}, header('accept', 'text/event-stream')],
    [
      'in which of two types it prefers',
      header('accept', 'application/json;q=0.9, text/event-stream;q=0.1'),
      header('accept', 'application/json;q=0.1, text/event-stream;q=0.9'),
    ],
    ['in a parameter of the type', {}, header('accept', 'application/json;version=1')],
    [
      'in the value of such a parameter',
      header('accept', 'application/json;v=1'),
      header('accept', 'application/json;v=2'),
    ],
    ['in a type that it does not take', {}, header('accept', 'application/json;q=0')],
    ['in the session', header('x-session-id', 'a'), header('x-session-id', 'b')],
    ['in the host of a forwarded request', {}, header('forwarded', 'host=model-b.local')],
    ['in a stream that is asked for as 1', body('{"stream":1}'), body('{}')],
    ['in a stream that is asked for as true', body('{"stream":1}'), body('{"stream":true}')],
    ['in the language', header('accept-language', 'de'), header('accept-language', 'fr')],
    ['in the virtual host', {}, header('host', 'model-b.local')],
    ['in the host that a proxy was asked for', {}, header('x-forwarded-host', 'model-b.local')],
    ["in a vendor's type of content", {}, header('content-type', 'application/vnd.a+json')],
    ['in the coding of the content', {}, header('content-encoding', 'identity')],
    ['in what a gateway routes by: Cloudflare', {}, header('cf-aig-metadata', '{"plan":"free"}')],
    ['in the cache key of a gateway', {}, header('cf-aig-cache-key', 'a')],
    ["in the ttl of a gateway's cache", {}, header('cf-aig-cache-ttl', '60')],
    ['in what a gateway routes by: Portkey', {}, header('x-portkey-metadata', '{"plan":"free"}')],
    ['in the provider of a gateway', {}, header('x-portkey-provider', 'openai')],
    ['in what a gateway routes by: LiteLLM', {}, header('x-litellm-tags', 'free')],
    ['in the target of a gateway', {}, header('helicone-target-url', 'https://a.test')],
    ['in the credential of Helicone', header('helicone-auth', 'a'), header('helicone-auth', 'b')],
    ['in the credential of Portkey', {}, header('x-portkey-api-key', 'a')],
    ['in the credential of API Management', {}, header('ocp-apim-subscription-key', 'a')],
    ['in the credential of Cloudflare', {}, header('cf-aig-authorization', 'a')],
    ['in the project', header('openai-project', 'a'), header('openai-project', 'b')],
    ['in the guardrail', {}, header('x-amzn-bedrock-guardrailidentifier', 'a')],
    ['in a query that is no credential there', query('key=greeting'), query('key=farewell')],
    ['in a page', query('token=1'), query('token=2')],
    ['in the path', {}, { url: `${URL_}/` }],
    ['in the origin', {}, { url: URL_.replace('api.', 'eu.') }],
    ['in the port', {}, { url: URL_.replace('.test', '.test:8443') }],
    ['in the scheme', {}, { url: URL_.replace('https', 'http') }],
    ['in the query', query('api-version=1'), query('api-version=2')],
    ['in a query that is given twice', query('a=1&a=2'), query('a=1')],
    ['in the order of a list', body('{"a":[1,2]}'), body('{"a":[2,1]}')],
    ['in a field that is null', body('{}'), body('{"a":null}')],
    ['in the type of a field', body('{"a":1}'), body('{"a":"1"}')],
    ['in a list and an object', body('[]'), body('{}')],
    ['in the fields named __proto__', body('{"__proto__":{"a":1}}'), body('{"__proto__":{"a":2}}')],
    ['in a long integer', body('{"seed":12345678901234567}'), body('{"seed":12345678901234568}')],
    [
      'in the sign of a long integer',
      body('{"seed":12345678901234567}'),
      body('{"seed":-12345678901234567}'),
    ],
    [
      'in a long integer and its text',
      body('{"a":1234567890123456789}'),
      body('{"a":"1234567890123456789"}'),
    ],
    [
      'in a list of long integers',
      body('{"a":[12345678901234567,1]}'),
      body('{"a":[12345678901234569,1]}'),
    ],
    [
      'in the fields of two long integers',
      body('{"a":12345678901234567890,"b":12345678901234567891}'),
      body('{"a":12345678901234567891,"b":12345678901234567890}'),
    ],
    [
      'in a long integer beside texts with quotes and backslashes',
      body('{"t":"\\\\\\"1\\\\","seed":12345678901234567}'),
      body('{"t":"\\\\\\"1\\\\","seed":12345678901234568}'),
    ],
  ])('%s', async (_name, one, other) => {
    expect(await keyOf(one)).not.toBe(await keyOf(other));
  });

  test('in bytes that are not text, and both bypass the cache', async () => {
    const calls: unknown[] = [];
    const fetch = cachedFetch({
      cache: createLlmCache(),
      fetch: async (_input, init) => {
        calls.push(init?.body);
        return Response.json(chatAnswer);
      },
    });
    for (const byte of [0xfe, 0xff]) {
      const start = [...new TextEncoder().encode('{"a":"')];
      await fetch(URL_, { method: 'POST', body: new Uint8Array([...start, byte, 0x22, 0x7d]) });
    }
    expect(calls).toHaveLength(2);
  });
});

test('a body of many megabytes with many digits has a key', async () => {
  const image = 'QUJD'.repeat(4_000_000);
  const key = await keyOf(body(JSON.stringify({ image, text: '"1234567890123456\\"' })));
  expect(key).toMatch(/^cached-llm:/);
  const seeded = await keyOf(body(`{"image":"${image}","seed":12345678901234567}`));
  expect(seeded).toMatch(/^cached-llm:/);
});

test('a call bypasses the cache where its body is nested too deep for a key', async () => {
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  expect(await keyOf(body(deep))).toBeUndefined();
});

test('a call bypasses the cache where the predicate of the user throws', async () => {
  const when = () => {
    throw new Error('a mistake');
  };
  const answer = () => ({ body: chatAnswer });
  await withWire({ fetching: { when }, answer }, async ({ post, story, events }) => {
    expect(await (await post()).json()).toEqual(chatAnswer);
    expect(story).toEqual(['bypass']);
    expect(events[0]).toMatchObject({ reason: 'unreadable' });
  });
});

describe('secrets, prompts and answers', () => {
  const secrets = ['SECRET', 'PROMPT', 'TENANT'];
  const init = jsonPost(
    { ...question, messages: [{ role: 'user', content: 'PROMPT' }], key: 'k' },
    {
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer SECRET-1',
        'x-api-key': 'SECRET-2',
        'api-key': 'SECRET-3',
        'x-goog-api-key': 'SECRET-4',
        cookie: 'session=SECRET-5',
        'x-auth-token': 'SECRET-6',
      },
    },
  );

  test.each([
    ['JSON', { body: { ...chatAnswer, text: 'ANSWER' } }],
    [
      'a stream',
      sse([{ choices: [{ delta: { content: 'ANSWER' }, finish_reason: 'stop' }] }, '[DONE]']),
    ],
  ])('are in no key and no event, and secrets are in no entry: %s', async (_name, response) => {
    const store = new Map<string, unknown>();
    const headers = { 'set-cookie': 'SECRET-7', 'content-type': '' };
    if (response.kind === 'sse') headers['content-type'] = 'text/event-stream';
    else headers['content-type'] = 'application/json';
    const answer = () => ({ ...response, headers });
    const fetching = { scope: 'TENANT' };
    await withWire(
      { caching: { store }, fetching, answer },
      async ({ fetch, url, events, server }) => {
        const asked = `${url}?key=SECRET-8&api_key=SECRET-9`;
        for (const _turn of [1, 2]) await bytesOf(await fetch(asked, init));
        expect(server.count).toBe(1);
        expect(server.requests[0]?.path).toContain('SECRET-8');
        expect(server.requests[0]?.headers['x-auth-token']).toBe('SECRET-6');
        const written = JSON.stringify([[...store.keys()], events]);
        for (const secret of [...secrets, 'ANSWER']) expect(written).not.toContain(secret);
        const entries = JSON.stringify([...store.values()]);
        for (const secret of ['SECRET', 'PROMPT']) expect(entries).not.toContain(secret);
        expect(entries).toContain('ANSWER');
      },
    );
  });
});
