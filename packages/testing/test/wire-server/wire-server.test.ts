import { describe, expect, test } from '@jest/globals';
import { post, withServers } from './with-server.ts';

const start = withServers();
const answering = (text: string) => ({ body: { text } });
// Every answer here is made by `answering`. Another answer fails the comparison of its text.
const textOf = async (response: Response) => ((await response.json()) as { text: string }).text;

describe('matching', () => {
  test('the body is compared by structure: the order of keys does not matter, that of lists does', async () => {
    const request = { model: 'm', messages: [{ role: 'user', content: 'hi' }, { role: 'x' }] };
    const server = await start({ exchanges: [{ request, response: answering('yes') }] });
    const [one, two] = request.messages;
    const sameButOtherOrder = { messages: [{ content: 'hi', role: 'user' }, two], model: 'm' };
    expect(await textOf(await post(server.url, sameButOtherOrder))).toBe('yes');
    const swapped = await post(server.url, { ...request, messages: [two, one] });
    expect(swapped.status).toBe(501);
  });

  test('an undefined member is not compared, because it would not be sent', async () => {
    const request = { model: 'm', seed: undefined };
    const server = await start({ exchanges: [{ request, response: answering('yes') }] });
    expect(await textOf(await post(server.url, { model: 'm' }))).toBe('yes');
  });

  test('the first exchange that matches answers, and answers a repeated request again', async () => {
    const server = await start({
      exchanges: [
        { path: '/a', response: answering('first') },
        { path: '/a', response: answering('second') },
        { response: answering('any path') },
      ],
    });
    const answers = [];
    for (const path of ['/a', '/a', '/b'])
      answers.push(await textOf(await post(server.url + path, {})));
    expect(answers).toEqual(['first', 'first', 'any path']);
  });

  test('a path with a query matches only that query, and a path without one matches any', async () => {
    const server = await start({
      exchanges: [
        { path: '/a?alt=sse', response: answering('exact') },
        { path: '/a', response: answering('any query') },
      ],
    });
    expect(await textOf(await post(`${server.url}/a?alt=sse`, {}))).toBe('exact');
    expect(await textOf(await post(`${server.url}/a?alt=json`, {}))).toBe('any query');
  });

  test('an exchange matches POST unless it names another method', async () => {
    const server = await start({
      exchanges: [{ response: answering('post') }, { method: 'get', response: answering('get') }],
    });
    expect(await textOf(await fetch(server.url))).toBe('get');
  });

  test('the answer to an unmatched request names the path, the nearest exchange and the fields, but no contents', async () => {
    const server = await start({
      exchanges: [
        { name: 'far', path: '/other', request: { model: 'm' }, response: answering('') },
        {
          name: 'near',
          path: '/a',
          request: { model: 'm', topic: 'secret' },
          response: answering(''),
        },
      ],
    });
    const response = await post(`${server.url}/a`, { model: 'm', topic: 'private' });
    const text = await response.text();
    expect(response.status).toBe(501);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(JSON.parse(text).error).toEqual({
      type: 'no_exchange',
      path: '/a',
      message: 'No exchange answers POST /a. The nearest is "near"; different: body.topic.',
    });
    expect(text).not.toMatch(/secret|private/);
  });

  test('the answer of a server without exchanges states that it has none', async () => {
    const server = await start({});
    const response = await fetch(`${server.url}/x`);
    const message = 'No exchange answers GET /x.';
    expect(await response.json()).toMatchObject({ error: { message } });
  });
});

describe('computed answers', () => {
  test('an answer is computed if no exchange matches the request', async () => {
    const server = await start({
      exchanges: [{ path: '/recorded', response: answering('recorded') }],
      answer: async ({ json, path }) => answering(`${path} ${JSON.stringify(json)}`),
    });
    expect(await textOf(await post(`${server.url}/recorded`, {}))).toBe('recorded');
    expect(await textOf(await post(`${server.url}/b`, { n: 1 }))).toBe('/b {"n":1}');
  });

  test('the client sees an error of the answer function', async () => {
    const answer = () => {
      throw new Error('typo');
    };
    const server = await start({ answer });
    const response = await post(server.url, {});
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('answer function failed: Error: typo');
  });
});

describe('the list of received requests', () => {
  test('has each request in order, with method, path with query, headers, text and JSON', async () => {
    const server = await start({ exchanges: [{ response: answering('') }] });
    await post(`${server.url}/a?b=c`, { n: 1 }, { headers: { 'X-Tenant': 't' } });
    await fetch(server.url, { method: 'PUT', body: 'plain text' });
    expect(server.count).toBe(2);
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/a?b=c',
        headers: { 'x-tenant': 't' },
        body: '{"n":1}',
        json: { n: 1 },
      },
      { method: 'PUT', path: '/', body: 'plain text', json: undefined },
    ]);
  });

  test('is empty after a reset', async () => {
    const server = await start({ exchanges: [{ response: answering('') }] });
    await post(server.url, {});
    server.reset();
    expect([server.count, server.requests]).toEqual([0, []]);
  });
});

describe('closing', () => {
  test('refuses further connections, and may be called twice', async () => {
    const server = await start({});
    const { url } = server;
    await server.close();
    await server.close();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});

test('a connection is kept open for as long as its client wants it', async () => {
  const server = await start({ answer: () => answering('yes') });
  const response = await post(server.url, {});
  expect(response.headers.get('keep-alive')).toBe(null);
});
