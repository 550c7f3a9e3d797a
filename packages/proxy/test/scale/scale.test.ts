import { chatAnswer, chatEvents, startRedis, startWireServer, until } from '@cached-llm/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Called, call, endConnections, endProcesses, startProcess } from './processes.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  endConnections();
  await endProcesses();
  for (const close of closing.splice(0).reverse()) await close();
});

/** A provider that takes a moment, so that calls meet. */
async function startUpstream(latencyPerChunk = 20) {
  const upstream = await startWireServer({
    answer: ({ json }) =>
      Reflect.get(json as object, 'stream') === true // the calls of these tests are JSON
        ? { kind: 'sse', body: chatEvents(['Rivers ', 'bring ', 'it', '.']) }
        : { body: chatAnswer('Rivers bring it.') },
    latencyPerChunk,
  });
  closing.push(() => upstream.close());
  return upstream;
}

async function startServers(latency?: number) {
  const redis = await startRedis();
  closing.push(() => redis.stop());
  return { redis, upstream: await startUpstream(latency) };
}

const results = (calls: readonly Called[]) => [...new Set(calls.map(({ result }) => result))];

/** A call as a load balancer makes it: where nobody listens any more, the next one is asked. Nothing else is tried again. */
async function callOneOf(urlOf: () => string, question: string): Promise<Called> {
  const called = await call(urlOf(), question);
  return called.result === 'ECONNREFUSED' ? callOneOf(urlOf, question) : called;
}

/** Calls that are made until it is said that there are enough, some at once. */
function startLoad(urlOf: () => string, questions: number) {
  const made: Called[] = [];
  let isOver = false;
  const caller = async (first: number) => {
    for (let number = first; !isOver; number += 1)
      made.push(await callOneOf(urlOf, `question ${number % questions}`));
  };
  const callers = Array.from({ length: 8 }, (_, index) => caller(index * 7));
  return {
    made,
    async end() {
      isOver = true;
      await Promise.all(callers);
      return made;
    },
  };
}

describe('Several proxies on one Redis', () => {
  test('are one cache: many callers of both with one question make one call', async () => {
    const { redis, upstream } = await startServers(200);
    const urls = [
      (await startProcess(redis.url, upstream.url)).url,
      (await startProcess(redis.url, upstream.url)).url,
    ];
    for (const url of urls) await call(url, 'Is the store open?'); // and the code is loaded
    upstream.reset();
    const calls = await Promise.all(
      Array.from({ length: 20 }, (_, number) => call(urls[number % 2] ?? '', 'Why?')),
    );
    expect(results(calls)).toEqual([200]);
    expect(new Set(calls.map(({ text }) => text)).size).toBe(1);
    expect(upstream.count).toBe(1);
    for (const url of urls) expect((await call(url, 'Why?')).outcome).toBe('hit');
  });

  test('lose no call while one after the other is started anew', async () => {
    const { redis, upstream } = await startServers();
    const proxies = [
      await startProcess(redis.url, upstream.url),
      await startProcess(redis.url, upstream.url),
    ];
    let turn = 0;
    const inUse = new Set(proxies.map(({ url }) => url));
    const urlOf = () => {
      turn += 1;
      return [...inUse][turn % inUse.size] ?? '';
    };
    const load = startLoad(urlOf, 40);
    for (const old of proxies) {
      const made = load.made.length;
      await until('Calls are made', () => load.made.length > made + 100);
      const next = await startProcess(redis.url, upstream.url);
      inUse.add(next.url);
      expect(await old.terminate()).toBe(0); // with calls under way, and while it gets more
      inUse.delete(old.url);
    }
    const calls = await load.end();
    expect(results(calls)).toEqual([200]);
    expect(calls.filter(({ outcome }) => outcome === 'hit').length).toBeGreaterThan(100);
  });

  test('lose no call when Redis is killed, and use it again when it is back', async () => {
    const { redis, upstream } = await startServers();
    const { url } = await startProcess(redis.url, upstream.url);
    const load = startLoad(() => url, 40);
    await until('Some are hits', () => load.made.some(({ outcome }) => outcome === 'hit'));
    await redis.kill();
    const killedAt = load.made.length;
    await until('Calls are made', () => load.made.length > killedAt + 100);
    const health = await (await fetch(`${url}/healthz`)).json();
    expect(health).toEqual({ status: 'ok', store: 'unavailable' });
    await redis.restart();
    const calls = load.made;
    await until('Some are hits again', () =>
      calls.slice(-20).some(({ outcome }) => outcome === 'hit'),
    );
    expect(results(await load.end())).toEqual([200]);
  });
});

describe('A proxy that gets SIGTERM', () => {
  test('finishes the streams that are under way, and takes no more', async () => {
    const upstream = await startUpstream(300);
    const proxy = await startProcess('memory:', upstream.url);
    const streams = [1, 2, 3].map((number) => call(proxy.url, `q ${number}`, { stream: true }));
    await until('They are under way', () => upstream.count === 3);
    const ended = proxy.terminate();
    expect(
      (await Promise.all(streams)).map(({ text }) => text?.endsWith('data: [DONE]\n\n')),
    ).toEqual([true, true, true]);
    expect(await ended).toBe(0);
    expect((await call(proxy.url, 'Are you there?')).result).toBe('ECONNREFUSED');
  });
});

describe('A provider that is killed', () => {
  test('fails only calls that nothing stored answers', async () => {
    const upstream = await startUpstream();
    const { url } = await startProcess('memory:', upstream.url);
    await call(url, 'Why?');
    await upstream.close();
    expect(await call(url, 'Why?')).toMatchObject({ result: 200, outcome: 'hit' });
    expect((await call(url, 'Why not?')).result).toBe(502);
    expect((await call(url, 'Why?')).result).toBe(200);
  });
});
