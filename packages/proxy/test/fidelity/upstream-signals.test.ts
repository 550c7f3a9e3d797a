import { getEventListeners, once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { responseTo, Upstream } from '../../src/forward/index.ts';
import { startServer, type TestServer } from './wire.ts';

let server: TestServer;
let upstream: Upstream;
beforeAll(async () => {
  server = await startServer((request, response) => {
    request.resume();
    response.write('one');
    if (request.url === '/whole') response.end('two');
  });
  upstream = new Upstream({ isCalled: true });
});
afterAll(async () => {
  upstream.close();
  await server.close();
});

function open(path: string) {
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal]);
  const sent = upstream.open({ url: new URL(server.url), path }, { method: 'GET', headers: [] });
  const answered = responseTo(sent, signal);
  sent.end();
  return { leaving, signal, sent, answered };
}

test('a signal holds no request whose answer has come: Node.js keeps a signal of several as long as it has a listener', async () => {
  const { signal, sent, answered } = open('/whole');
  const closed = once(sent, 'close');
  expect(await text(await answered)).toBe('onetwo');
  await closed;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a signal ends a request whose answer is under way', async () => {
  const { leaving, sent, answered } = open('/never');
  const message = await answered;
  const failed = once(message, 'error');
  message.resume();
  leaving.abort();
  await failed;
  expect(sent.destroyed).toBe(true);
});

test('a signal that has fired sends nothing', async () => {
  const sent = upstream.open(
    { url: new URL(server.url), path: '/' },
    { method: 'GET', headers: [] },
  );
  await expect(responseTo(sent, AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  expect(sent.destroyed).toBe(true);
});
