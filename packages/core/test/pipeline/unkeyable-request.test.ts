import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { closedGate } from '../flight/gate.ts';
import { SlowStore } from '../store/slow-store.ts';
import { settled, startTrial } from '../trial.ts';

function startAnything() {
  const trial = startTrial();
  const received: unknown[] = [];
  async function anything(request: unknown) {
    received.push(request);
    return `answer ${received.length}`;
  }
  return { ...trial, received, ask: cachedLlmCall(anything, { cache: trial.cache }) };
}

class Client {
  readonly url = 'https://example.com';
  ask() {
    return this.url;
  }
}

const cycle: { prompt: string; self?: unknown } = { prompt: 'p' };
cycle.self = cycle;

describe('a request that cannot be keyed', () => {
  test.each([
    ['a function', { prompt: 'p', tools: [{ run: () => {} }] }, 'tools[0].run'],
    ['a class instance', { prompt: 'p', client: new Client() }, 'client'],
    ['a cycle', cycle, 'self'],
    ['a symbol', { prompt: Symbol('p') }, 'prompt'],
    ['a field that is not enumerable', Object.defineProperty({}, 'secret', { value: 1 }), 'secret'],
    ['a blob', { image: new Blob(['x']) }, 'image'],
  ])('bypasses the cache, and one event names the field: %s', async (_what, request, field) => {
    const { ask, story, events, received } = startAnything();
    expect(await ask(request)).toBe('answer 1');
    expect(await ask(request)).toBe('answer 2');
    expect(received).toHaveLength(2);
    expect(received[0]).toBe(request);
    expect(story()).toEqual(['bypass', 'bypass']);
    expect(events[0]?.event).toMatchObject({ reason: 'not-canonical', provider: 'anything' });
    expect(events[0]?.event).toHaveProperty('field', expect.stringContaining(field));
  });

  test('is a template, and its function gets the raw texts', async () => {
    const { cache, events } = startTrial();
    const raw = async ({ raw: texts }: TemplateStringsArray, ..._values: unknown[]) => texts.join();
    const ask = cachedLlmCall(raw, { cache, provider: 'mine' });
    expect(await ask`a\n${1}b`).toBe('a\\n,b');
    expect(events[0]?.event).toMatchObject({ reason: 'not-canonical' });
  });

  test('is none for the brand of a schema, which the function gets', async () => {
    const { cache, story } = startTrial();
    const ask = cachedLlmCall(async (request: object) => Reflect.get(request, '$brand'), {
      ...{ cache, provider: 'mine' },
    });
    const branded = () => Object.defineProperty({ type: 'json' }, '$brand', { value: 'parsed' });
    expect(await ask(branded())).toBe('parsed');
    expect(await ask(branded())).toBe('parsed');
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('is one where the option key says what counts, and the function gets each field', async () => {
    const { cache, story } = startTrial();
    const ask = cachedLlmCall(async (request: object) => Reflect.get(request, 'secret'), {
      ...{ cache, provider: 'mine', key: () => 'one' },
    });
    expect(await ask(Object.defineProperty({}, 'secret', { value: 1 }))).toBe(1);
    expect(story()).toEqual(['miss', 'stored']);
  });

  const unreadable = (field: string) =>
    Object.defineProperty({ prompt: 'p' }, field, {
      enumerable: true,
      get: () => {
        throw new Error('not readable');
      },
    });

  test.each(['messages', 'model', 'temperature', 'signal', 'stream'])(
    'bypasses the cache where the getter of %s throws',
    async (field) => {
      const { ask, events, received } = startAnything();
      const request = unreadable(field);
      expect(await ask(request)).toBe('answer 1');
      expect(received[0]).toBe(request);
      expect(events.map(({ event }) => event)).toEqual([
        { reason: 'unreadable', provider: 'anything' },
      ]);
      expect(ask.keyOf(request)).toBeUndefined();
      expect(await ask.peek(request)).toBeUndefined();
    },
  );

  test('bypasses the cache where a toJSON throws', async () => {
    class Broken {
      toJSON() {
        throw new Error('not readable');
      }
    }
    const { ask, story } = startAnything();
    expect(await ask({ prompt: new Broken() })).toBe('answer 1');
    expect(story()).toEqual(['bypass']);
  });

  test.each(['key', 'when'])('bypasses the cache where the option %s throws', async (option) => {
    const { cache, story } = startTrial();
    const throws = () => {
      throw new Error('a mistake in the option');
    };
    const ask = cachedLlmCall(async (_prompt: string) => 'answer', {
      ...{ cache, provider: 'mine', [option]: throws },
    });
    expect(await ask('p')).toBe('answer');
    expect(story()).toEqual(['bypass']);
  });

  test('bypasses the cache where it depends on state by its adapter', async () => {
    const { cache, events } = startTrial();
    const adapter = {
      ...{ provider: 'openai', ignore: [], rejects: () => undefined },
      isStateful: ({ previous }: { readonly previous?: unknown }) => previous !== undefined,
      stream: { ends: () => false, assemble: () => undefined },
    };
    const ask = cachedLlmCall(async (_request: object) => 1, { cache, adapter });
    await ask({ previous: 'response_1' });
    expect(events.map(({ event }) => event)).toEqual([{ reason: 'stateful', provider: 'openai' }]);
  });
});

interface Chat {
  readonly messages: { role: string; content: string }[];
}

const chat = (content: string): Chat => ({ messages: [{ role: 'user', content }] });

describe('a request that changes after the call', () => {
  const echo = async ({ messages }: Chat) => messages.map(({ content }) => content).join(' | ');

  test('is answered as it was at the call', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(echo, { cache, provider: 'mine' });
    const request = chat('one');
    const answer = ask(request);
    request.messages.push({ role: 'user', content: 'two' });
    expect(await answer).toBe('one');
    expect(await ask(chat('one'))).toBe('one');
  });

  test('is revalidated as it was at the call', async () => {
    const store = new SlowStore();
    store.open();
    const { cache, clock, story } = startTrial({ store, ttl: '1m', staleWhileRevalidate: '1h' });
    const ask = cachedLlmCall(echo, { cache, provider: 'mine' });
    await ask(chat('one'));
    await settled();
    clock.advance(60_000);
    const request = chat('one');
    const answer = await ask(request);
    store.reading = closedGate(); // the revalidation still reads the store
    request.messages.push({ role: 'assistant', content: answer });
    store.reading.open();
    await settled();
    expect(story()).toEqual(['miss', 'stored', 'stale', 'stored']);
    expect(await ask(chat('one'))).toBe('one');
  });

  test('in the function itself is stored under its key at the call', async () => {
    const { cache } = startTrial();
    const ask = cachedLlmCall(
      async function mutates(request: Chat) {
        const answer = await echo(request);
        request.messages.push({ role: 'assistant', content: answer });
        return answer;
      },
      { cache },
    );
    await ask(chat('one'));
    expect((await ask.withInfo(chat('one'))).info.outcome).toBe('hit');
    expect(await ask(chat('one'))).toBe('one');
  });

  test('is copied with its instances, functions and cycles where a key option allows them', async () => {
    const { cache } = startTrial();
    const received: { client: Client; self?: unknown; log: () => void }[] = [];
    const request: (typeof received)[number] = { client: new Client(), log: () => {} };
    request.self = request;
    const ask = cachedLlmCall(
      async function take(given: (typeof received)[number]) {
        received.push(given);
      },
      { cache, key: () => 'same' },
    );
    await ask(request);
    expect(received[0]?.client).toBe(request.client);
    expect(received[0]?.log).toBe(request.log);
    expect(received[0]?.self).toBe(received[0]);
  });
});
