import { createLlmCache, type LlmCache } from '@cached-llm/core';
import {
  cachedTransport,
  type HeaderList,
  type LiveResponse,
  type TransportAnswer,
  type TransportRequest,
} from '@cached-llm/http';
import { chatAnswer, describeWithFixtures, manualClock, recordedPairs } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';

/** Headers of a server. */
class ServerHeaders implements HeaderList {
  readonly #pairs: ReadonlyMap<string, string>;

  constructor(pairs: Readonly<Record<string, string>>) {
    this.#pairs = new Map(Object.entries(pairs));
  }

  get(name: string): string | null {
    return this.#pairs.get(name) ?? null;
  }

  [Symbol.iterator]() {
    return this.#pairs.entries();
  }
}

/** A body that comes in pieces, and may break off. */
function bodyIn(pieces: Iterable<Uint8Array>, failure?: Error): NonNullable<LiveResponse['body']> {
  const rest = pieces[Symbol.iterator]();
  return {
    getReader: () => ({
      async read() {
        const { done, value } = rest.next();
        if (done === true && failure !== undefined) throw failure;
        return done === true ? { done: true } : { done: false, value };
      },
      async cancel() {},
    }),
  };
}

const respond = (body: LiveResponse['body'], type: string): LiveResponse => ({
  status: 200,
  statusText: 'OK',
  ok: true,
  headers: new ServerHeaders({ 'content-type': type }),
  body,
});

const json = JSON.stringify(chatAnswer('Hi'));
const chat = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };
const url = new URL('https://api.openai.com/v1/chat/completions');

type Own = Partial<Omit<TransportRequest, 'headers' | 'body'>> & {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** A transport over a cache, and how often it sent something. */
function open(cache: LlmCache) {
  const transport = cachedTransport({ cache });
  const sent: string[] = [];
  const requestOf = (own: Own = {}): TransportRequest => ({
    url,
    signal: undefined,
    async send(body) {
      sent.push(String(body));
      return respond(bodyIn([Buffer.from(json)]), 'application/json');
    },
    ...own,
    headers: new ServerHeaders({ 'content-type': 'application/json', ...own.headers }),
    body: Buffer.from(own.body ?? JSON.stringify(chat)),
  });
  return { transport, requestOf, ask: (own?: Own) => transport(requestOf(own)), sent };
}

async function bytesIn({ content }: TransportAnswer): Promise<Buffer> {
  if (typeof content === 'string') return Buffer.from(content);
  if (content instanceof Uint8Array) return Buffer.from(content);
  if (content === null) return Buffer.alloc(0);
  if (!('next' in content || 'getReader' in content))
    return Buffer.from((content as readonly string[]).join('')); // the texts of a stream
  const read = 'next' in content ? () => content.next() : content.getReader().read;
  const parts: Buffer[] = [];
  try {
    for (let next = await read(); next.done !== true; next = await read())
      parts.push(Buffer.from(next.value as Uint8Array)); // or a text, which is its bytes
  } catch {} // it was cut, and what came before that is what counts
  return Buffer.concat(parts);
}

async function answered(asked: ReturnType<ReturnType<typeof open>['ask']>) {
  const answer = await asked;
  if (answer === undefined) throw new Error('It is not to be answered by the cache.');
  return answer;
}

describe('cachedTransport', () => {
  test('answers an equal request at once, with what the first one got', async () => {
    const { ask, sent } = open(createLlmCache());
    const first = await answered(ask());
    const second = ask();
    expect(second).not.toBeInstanceOf(Promise);
    const hit = await answered(second);
    expect([first.outcome, hit.outcome, hit.model]).toEqual(['miss', 'hit', 'm']);
    expect([(await bytesIn(first)).toString(), (await bytesIn(hit)).toString()]).toEqual([
      json,
      json,
    ]);
    expect([hit.info?.key, sent.length]).toEqual([first.info?.key, 1]);
  });

  test('asks for the signal of a request only if it is sent', async () => {
    const { transport, requestOf } = open(createLlmCache());
    let signals = 0;
    const get = () => {
      signals += 1;
      return undefined;
    };
    const request = Object.defineProperty(requestOf(), 'signal', { get });
    await answered(transport(request));
    const before = signals;
    expect((await answered(transport(request))).outcome).toBe('hit');
    expect([before > 0, signals]).toEqual([true, before]);
  });

  test.each([
    ['another header that the answer may depend on', { headers: { 'anthropic-beta': 'x' } }],
    ['another path', { url: new URL('https://api.openai.com/v1/completions') }],
    ['another scope', { scope: 'tenant-2' }],
    ['a scope of its own within its scope', { headers: { 'x-cached-llm-scope': 'user-1' } }],
    ['another body', { body: JSON.stringify({ ...chat, seed: 1 }) }],
  ])('knows %s apart, also when both were asked before', async (_name, own) => {
    const { ask, sent } = open(createLlmCache());
    const base = { scope: 'tenant-1' };
    const keys = [];
    for (const each of [base, { ...base, ...own }, base, { ...base, ...own }])
      keys.push((await answered(ask(each))).info?.key);
    expect([keys[0] === keys[1], keys[0] === keys[2], keys[1] === keys[3]]).toEqual([
      false,
      true,
      true,
    ]);
    expect(sent.length).toBe(2);
  });

  test('lets no header lead out of the scope of its request', async () => {
    const { ask, sent } = open(createLlmCache());
    await answered(ask({ scope: 'tenant-1' }));
    await answered(ask({ scope: 'tenant-2', headers: { 'x-cached-llm-scope': 'tenant-1' } }));
    expect(sent.length).toBe(2);
  });

  test('obeys the headers for the cache on every request, and sends none of them', async () => {
    const { ask } = open(createLlmCache());
    const outcomes = [];
    for (const headers of [
      {},
      {},
      { 'x-cached-llm': 'refresh' },
      { 'cache-control': 'no-cache' },
      {},
    ])
      outcomes.push((await answered(ask({ headers }))).outcome);
    expect(outcomes).toEqual(['miss', 'hit', 'miss', 'miss', 'hit']);
    expect(ask({ headers: { 'x-cached-llm': 'off' } })).toBeUndefined();
  });

  test('serves no answer that has expired or was invalidated', async () => {
    const clock = manualClock();
    const cache = createLlmCache({ ttl: '1h', now: clock.now });
    const { ask, sent } = open(cache);
    await answered(ask());
    await answered(ask());
    clock.advance(3_600_001);
    expect((await answered(ask())).outcome).toBe('miss');
    expect((await answered(ask())).outcome).toBe('hit');
    await cache.invalidate({ model: 'm' });
    expect((await answered(ask())).outcome).toBe('miss');
    expect(sent.length).toBe(3);
  });

  test('leaves what has no key to its server', () => {
    const { ask } = open(createLlmCache());
    for (const body of ['', 'hello', '7', '{"model": ']) expect(ask({ body })).toBeUndefined();
  });

  test('passes bytes on that are no text, and does not store them', async () => {
    const { ask, sent } = open(createLlmCache());
    const events = Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"é"}}]}\n\n');
    const broken = Buffer.concat([events, Buffer.from([0x64, 0xff, 0xfe]), events]);
    const body = JSON.stringify({ ...chat, stream: true });
    for (const _again of [1, 2]) {
      const send = async () => {
        sent.push('');
        return respond(bodyIn([broken]), 'text/event-stream');
      };
      expect(await bytesIn(await answered(ask({ body, send })))).toEqual(broken);
    }
    expect(sent.length).toBe(2);
  });
});

describeWithFixtures({ describe, test }, 'recordings through cachedTransport', () => {
  function* bytesOf(body: Buffer) {
    for (let at = 0; at < body.length; at += 1) yield body.subarray(at, at + 1);
  }

  test('come as they were sent in pieces of 1 byte, whole and broken off, also within a character', async () => {
    const { ask } = open(createLlmCache());
    for (const { url: place, request, response, kind, source } of recordedPairs()) {
      const body = Buffer.from(typeof response === 'string' ? response : JSON.stringify(response));
      const type = kind === 'sse' ? 'text/event-stream' : 'application/json';
      const get = async (sent: Buffer, failure?: Error) => {
        const send = async () => respond(bodyIn(bytesOf(sent), failure), type);
        const own = { url: new URL(place), headers: { 'x-of': `${source} ${sent.length}` } };
        return bytesIn(await answered(ask({ ...own, body: JSON.stringify(request), send })));
      };
      expect([source, (await get(body)).equals(body)]).toEqual([source, true]);
      if (kind !== 'sse') continue;
      const cut = body.subarray(0, body.findIndex((byte) => byte > 0xc0) + 1 || body.length >> 1);
      expect([source, (await get(cut, new Error('cut'))).equals(cut)]).toEqual([source, true]);
    }
  });
});
