import { describe, expect, test } from '@jest/globals';
import Keyv from 'keyv';
import { policyForClient } from '../../src/adapter.ts';
import {
  CachedLLM,
  type CacheOptions,
  type CallIdentity,
  type CallOptions,
  cachedLlmCall,
  createLlmCache,
  type FunctionOptions,
} from '../../src/index.ts';

async function ask(question: string) {
  return question;
}

const refusal = (...parts: readonly string[]) => ({
  name: 'LlmCacheError',
  code: 'INVALID_OPTION',
  message: expect.stringMatching(parts.map((part) => `(?=.*${part})`).join('')),
});

const wrap = (options: unknown) => () => cachedLlmCall(ask, options as FunctionOptions); // a caller without types

const create = (options: unknown) => () => createLlmCache(options as CacheOptions); // likewise

describe('misuse is found where it is written', () => {
  test.each<[string, unknown]>([
    ['a number', 5],
    ['nothing', undefined],
    ['a class', class Service {}],
    ['a promise', Promise.resolve(ask)],
    ['an object', { ask }],
  ])('%s is no function', (_what, fn) => {
    const define = () => cachedLlmCall(fn as typeof ask, {});
    expect(define).toThrow(expect.objectContaining(refusal('The first argument', 'function')));
  });

  test.each<[option: string, value: unknown]>([
    ['cache', {}],
    ['cache', 5],
    ['cache', null],
    ['cache', new Map()],
    ['cache', Promise.resolve(createLlmCache())],
    ['adapter', 5],
    ['adapter', 'openai'],
    ['adapter', {}],
    ['adapter', { provider: 'mine' }],
    ['key', 'x'],
    ['key', ['id']],
    ['provider', 5],
    ['provider', ''],
    ['name', 5],
    ['name', ''],
  ])('%s: %p', (option, value) => {
    expect(wrap({ [option]: value })).toThrow(expect.objectContaining(refusal(`${option} is`)));
    const decorate = () => {
      class Service {
        @CachedLLM({ [option]: value })
        async ask(question: string) {
          return question;
        }
      }
      return Service;
    };
    expect(decorate).toThrow(expect.objectContaining(refusal(`${option} is`)));
  });

  test.each<[string, unknown]>([
    ['a URL', 'redis://localhost'],
    ['a Keyv', new Keyv()],
    ['a Map', new Map()],
    ['null', null],
    ['a number', 5],
  ])('%s in place of the options of a cache', (_what, options) => {
    expect(create(options)).toThrow(expect.objectContaining(refusal('createLlmCache')));
  });

  test('a clock that is no function', () => {
    expect(create({ now: 5 })).toThrow(expect.objectContaining(refusal('now is a number')));
  });

  test.each<[string, () => unknown]>([
    ['returns 1n', () => 1n],
    ['returns NaN', () => Number.NaN],
    ['returns undefined', () => undefined],
    ['returns 1970', () => new Date(0)],
    ['returns Promise', async () => 5],
    [
      'throws',
      () => {
        throw new Error('no clock');
      },
    ],
  ])('a clock that %s', (what, now) => {
    expect(create({ now })).toThrow(expect.objectContaining(refusal(`now ${what}`)));
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['a text', 'x'],
    ['one without a provider', { request: 'x' }],
    ['one with an empty provider', { provider: '', request: 'x' }],
    ['one with a number as its provider', { provider: 5, request: 'x' }],
  ])('an identity that is %s', async (_what, given) => {
    const cache = createLlmCache();
    const identity = given as CallIdentity; // a caller without types
    const error = expect.objectContaining(refusal('The identity'));
    await expect(cache.get(identity)).rejects.toEqual(error);
    await expect(cache.set(identity, 'answer')).rejects.toEqual(error);
    expect(() => cache.keyOf(identity)).toThrow(error);
  });
});

describe('an option that is not known is refused', () => {
  test.each([
    ['tll', 'ttl'],
    ['TTL', 'ttl'],
    ['ttlMs', 'ttl'],
    ['stale_while_revalidate', 'staleWhileRevalidate'],
    ['staleOnError', 'staleIfError'],
    ['tag', 'tags'],
    ['ignored', 'ignore'],
    ['scopes', 'scope'],
  ])('%s, and the nearest is named: %s', (given, nearest) => {
    const expected = expect.objectContaining(
      refusal(`${given} is not an option`, `Did you mean ${nearest}`),
    );
    const cache = createLlmCache();
    const options = { [given]: 1 };
    expect(wrap({ cache, ...options })).toThrow(expected);
    expect(create(options)).toThrow(expected);
    expect(() => cachedLlmCall(ask, { cache }).with(options)).toThrow(expected);
    expect(() => policyForClient(cache.policy, options)).toThrow(expected);
  });

  test.each<[what: string, given: unknown]>([
    ['an instance of LlmCache', createLlmCache()],
    ['an instance of Map', Object.assign(new Map(), { first: 1 })],
    ['a string', '1h'],
  ])('%s in place of the options of a client', (what, given) => {
    const policy = () => policyForClient(createLlmCache().policy, given as CallOptions); // a caller without types
    expect(policy).toThrow(expect.objectContaining(refusal(`The options are ${what}`, 'Write {')));
  });

  test('and all options are named where none is near', () => {
    expect(wrap({ zzzzz: 1 })).toThrow(expect.objectContaining(refusal('zzzzz', 'ttl, ', 'name')));
  });

  test.each(['store', 'maxEntries', 'namespace', 'secret'])(
    'with the remedy, where %s is an option of a cache',
    (option) => {
      const remedy = refusal(option, 'option of a cache', 'createLlmCache');
      expect(wrap({ [option]: 'memory:' })).toThrow(expect.objectContaining(remedy));
    },
  );

  test('also among the names of `admit`', () => {
    const expected = expect.objectContaining(refusal('trunkated', 'Did you mean truncated'));
    expect(create({ admit: { trunkated: true } })).toThrow(expected);
    expect(wrap({ admit: { trunkated: true } })).toThrow(expected);
    const all = refusal('zzzzz', 'truncated, filtered, refusal', 'hosted-tool');
    expect(create({ admit: { zzzzz: true } })).toThrow(expect.objectContaining(all));
    expect(create({ admit: { 'hosted-tool': true, malformed: undefined } })).not.toThrow();
  });

  test('but not where it is undefined', () => {
    expect(wrap({ cache: createLlmCache(), tll: undefined })).not.toThrow();
  });
});

test('an identity with a field that is not known is refused', async () => {
  const cache = createLlmCache();
  const identity = { provider: 'mine', model: 'm', request: {}, messages: [] };
  await expect(cache.get(identity)).rejects.toMatchObject(refusal('messages', 'request'));
  await expect(cache.set(identity, 'answer')).rejects.toMatchObject(refusal('messages'));
  await cache.close();
});
