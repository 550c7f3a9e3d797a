import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache, defaultCache } from '../../src/index.ts';
import { settled, startTrial } from '../trial.ts';

describe('cachedLlmCall', () => {
  test('takes a ttl in place of the options, and then uses the default cache', async () => {
    let calls = 0;
    async function ofThisProcess(_prompt: string) {
      calls += 1;
      return calls;
    }
    const ask = cachedLlmCall(ofThisProcess, '30m');
    expect(await ask('p')).toBe(1);
    await settled();
    const { info } = await ask.withInfo('p');
    expect(info.outcome).toBe('hit');
    expect(info.ttl).toBeLessThanOrEqual(30 * 60_000);
    expect(defaultCache().stats().hits).toBe(1);
  });

  test('takes a ttl in milliseconds', async () => {
    const ask = cachedLlmCall(async (_prompt: string) => 1, 5_000);
    expect((await ask.withInfo('p')).info.ttl).toBe(5_000);
  });

  test('passes `this` on to the function', async () => {
    const { cache } = startTrial();
    const service = {
      greeting: 'hello',
      greet: cachedLlmCall(
        async function greet(this: { greeting: string }, name: string) {
          return `${this.greeting} ${name}`;
        },
        { cache },
      ),
    };
    expect(await service.greet('Ada')).toBe('hello Ada');
  });

  test('the functions beside it take `this` by call', async () => {
    const { cache } = startTrial();
    class Service {
      readonly greeting = 'hello';
      readonly greet = cachedLlmCall(
        async function greet(this: Service, name: string) {
          return `${this.greeting} ${name}`;
        },
        { cache },
      );
    }
    const service = new Service();
    await service.greet('Ada');
    await settled();
    const { greet } = service;
    const { response, info } = await greet.withInfo.call(service, 'Ada');
    expect([response, info.outcome]).toEqual(['hello Ada', 'hit']);
    expect(await greet.peek.call(service, 'Ada')).toBe('hello Ada');
    expect(greet.keyOf.call(service, 'Ada')).toBe(info.key);
    await greet.invalidate.call(service, 'Ada');
    expect(await greet.peek.call(service, 'Ada')).toBeUndefined();
  });

  test('two caches over one store share their answers', async () => {
    const store = new Map<string, unknown>();
    let calls = 0;
    async function ask(_prompt: string) {
      calls += 1;
      return calls;
    }
    const [one, two] = [createLlmCache({ store }), createLlmCache({ store })].map((cache) =>
      cachedLlmCall(ask, { cache }),
    );
    expect(await one?.('p')).toBe(1);
    await settled();
    expect(await two?.('p')).toBe(1);
  });

  test('two functions with the same provider and the same name share their answers, on purpose', async () => {
    const { cache } = startTrial();
    const one = { ask: async (_prompt: string) => 1 };
    const two = { ask: async (_prompt: string) => 2 };
    expect(await cachedLlmCall(one.ask, { cache, provider: 'mine' })('p')).toBe(1);
    await settled();
    expect(await cachedLlmCall(two.ask, { cache, provider: 'mine' })('p')).toBe(1);
  });
});

test('a response that cannot be stored is named once in a warning, with the remedy', async () => {
  const warnings: unknown[] = [];
  const { emitWarning } = process;
  process.emitWarning = (warning: unknown) => warnings.push(warning) && undefined;
  class Answer {
    text = 'Salt';
  }
  const { cache } = startTrial();
  const ask = cachedLlmCall(
    async function askSdk() {
      return new Answer();
    },
    { cache },
  );
  await ask();
  await ask();
  await settled();
  process.emitWarning = emitWarning;
  expect(warnings).toEqual([
    'A response of askSdk is not cached. A response that holds an instance of Answer cannot be stored. Return plain fields of it, such as its text, or cache the client of the SDK.',
  ]);
});
