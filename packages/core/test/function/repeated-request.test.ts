import { describe, expect, test } from '@jest/globals';
import { wrapFunction } from '../../src/function/cached-llm-call.ts';
import { FunctionCall } from '../../src/function/function-call.ts';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { fieldsOf } from '../../src/key/index.ts';
import { SharedStore } from '../shared-store.ts';
import { startTrial } from '../trial.ts';

interface Question {
  prompt: string;
  readonly [field: string]: unknown;
}

/** Answers with the request itself, so that a wrong answer fails the test. */
function startEcho() {
  const asked: string[] = [];
  const ask = async (question: Question) => {
    asked.push(JSON.stringify(question));
    return JSON.stringify(question);
  };
  return { asked, ask };
}

describe('a repeated request', () => {
  test('is distinguished from a request that differs in one character at any place', async () => {
    const { ask, asked } = startEcho();
    const cached = cachedLlmCall(ask, { cache: createLlmCache(), provider: 'echo' });
    const long = 'a'.repeat(2_000);
    const prompts = Array.from({ length: 200 }, (_, place) => {
      return `${long.slice(0, place * 10)}b${long.slice(place * 10 + 1)}`;
    });
    for (const _round of [1, 2, 3]) {
      for (const prompt of prompts)
        expect(await cached({ prompt })).toBe(JSON.stringify({ prompt }));
    }
    expect(asked).toHaveLength(200);
  });

  test.each([
    [{ when: new Date(0) }, { when: new Date(0).toISOString() }],
    [{ list: [undefined] }, { list: [null] }],
    [{ number: Number.NaN }, { number: null }],
    [{ map: new Map([['a', 1]]) }, { map: {} }],
  ])('is distinguished from a request that only has the same JSON', async (one, other) => {
    const cache = createLlmCache();
    const asked: unknown[] = [];
    const cached = cachedLlmCall(async (question: object) => asked.push(question), {
      cache,
      provider: 'counts',
    });
    const answers: unknown[] = [];
    for (const question of [other, one, other, one]) answers.push(await cached(question));
    expect(answers).toEqual([1, 2, 1, 2]);
  });

  test('reaches the provider as it was at the call, also after its entry has expired', async () => {
    const { cache, clock } = startTrial({ ttl: '1m' });
    const { ask, asked } = startEcho();
    const cached = cachedLlmCall(ask, { cache, provider: 'echo' });
    await cached({ prompt: 'first' });
    clock.advance(60_000);
    const question = { prompt: 'first' };
    const pending = cached(question);
    question.prompt = 'changed meanwhile';
    expect(await pending).toBe('{"prompt":"first"}');
    expect(asked).toEqual(['{"prompt":"first"}', '{"prompt":"first"}']);
    expect(await cached({ prompt: 'changed meanwhile' })).toBe('{"prompt":"changed meanwhile"}');
  });

  test('gets its own copy each time, in any order of its fields', async () => {
    const cache = createLlmCache();
    const cached = cachedLlmCall(async (_question: object) => ({ list: [1] }), {
      cache,
      provider: 'lists',
    });
    const first = await cached({ a: 1, b: 2 });
    first.list.push(2);
    (await cached({ b: 2, a: 1 })).list.push(3);
    expect(await cached({ a: 1, b: 2 })).toEqual({ list: [1] });
    expect(cache.stats()).toMatchObject({ misses: 1, hits: 2 });
  });

  test('is a miss after an invalidation and after its ttl', async () => {
    const { cache, clock } = startTrial({ ttl: '1m' });
    let answers = 0;
    const cached = cachedLlmCall(async (_question: object) => `answer ${++answers}`, {
      cache,
      provider: 'counts',
      tags: ['t'],
    });
    const ask = () => cached({ prompt: 'p' });
    expect([await ask(), await ask()]).toEqual(['answer 1', 'answer 1']);
    await cache.invalidate({ tag: 't' });
    expect([await ask(), await ask()]).toEqual(['answer 2', 'answer 2']);
    await cached.invalidate({ prompt: 'p' });
    expect([await ask(), await ask()]).toEqual(['answer 3', 'answer 3']);
    clock.advance(60_000);
    expect([await ask(), await ask()]).toEqual(['answer 4', 'answer 4']);
  });

  test.each([
    ['in memory', undefined],
    ['in a store that answers later', new SharedStore()],
  ])('reaches the provider as its key has it, %s', async (_where, store) => {
    const { cache } = startTrial({ store });
    const { ask, asked } = startEcho();
    const cached = cachedLlmCall(ask, { cache, provider: 'echo' });
    const message = { content: 'first' };
    const question = { prompt: 'p', messages: [message] };
    const answers = [cached(question)];
    message.content = 'second'; // as a loop does that asks with one request
    answers.push(cached(question), cached(question), cached.peek(question).then(String));
    message.content = 'third';
    question.messages.push({ content: 'fourth' });
    await Promise.all(answers);
    const of = (content: string) => JSON.stringify({ prompt: 'p', messages: [{ content }] });
    expect(asked).toEqual([of('first'), of('second')]);
    message.content = 'second';
    question.messages.pop();
    expect(await cached(question)).toBe(of('second'));
    expect(asked).toHaveLength(2);
  });

  test('is read once, where a getter or a Proxy gives another value each time', async () => {
    const { cache } = startTrial();
    const { ask, asked } = startEcho();
    const cached = cachedLlmCall(ask, { cache, provider: 'echo' });
    let reads = 0;
    const getter = {
      prompt: 'getter',
      get id() {
        return ++reads;
      },
    };
    const proxy = new Proxy(
      { prompt: 'proxy', id: 0 },
      {
        get: (_target, name) => (name === 'id' ? ++reads : 'proxy'),
        getOwnPropertyDescriptor: (_target, name) => ({
          configurable: true,
          enumerable: true,
          value: name === 'id' ? ++reads : 'proxy',
        }),
      },
    );
    for (const question of [getter, proxy, { prompt: 'inside', list: [getter, proxy] }]) {
      const answer = await cached(question);
      const before = asked.length;
      expect(await cached(JSON.parse(answer))).toBe(answer);
      expect(asked).toHaveLength(before); // the entry has the key of what was asked
    }
  });

  test('is not copied for a hit in memory', () => {
    const { cache } = startTrial();
    const wrapped = wrapFunction(async () => 'x', { cache, provider: 'p' });
    const question = { prompt: 'p', rows: [{ id: 1 }] };
    const call = new FunctionCall(wrapped, undefined, [question]);
    expect(call.request).toBe(question);
    call.keepRequest();
    question.rows.push({ id: 2 });
    expect([call.request, fieldsOf(call.identity).request]).toEqual(
      Array(2).fill({ prompt: 'p', rows: [{ id: 1 }] }),
    );
  });
});
