import { describe, expect, test } from '@jest/globals';
import {
  type CacheOptions,
  type CallOptions,
  cachedLlmCall,
  createLlmCache,
  LlmCacheError,
} from '../../src/index.ts';
import { openStore } from '../../src/store.ts';

/** Options of a caller in JavaScript. */
const untyped = (options: object) => options as CacheOptions;

function errorOf(act: () => unknown): LlmCacheError {
  try {
    act();
  } catch (error) {
    if (error instanceof LlmCacheError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const DURATIONS: readonly (readonly [string, unknown])[] = [
  ['ttl', '5 minutes'],
  ['ttl', '3600'],
  ['ttl', ''],
  ['ttl', '-5m'],
  ['ttl', '5M'],
  ['ttl', '1w'],
  ['ttl', Number.NaN],
  ['ttl', -1],
  ['ttl', 0],
  ['ttl', '0s'],
  ['ttl', null],
  ['ttl', {}],
  ['ttl', true],
  ['staleWhileRevalidate', 'soon'],
  ['staleWhileRevalidate', -1],
  ['staleIfError', '1 h'],
  ['staleIfError', Number.NaN],
];

const OPTIONS: readonly (readonly [string, unknown])[] = [
  ['mode', 'readwrite'],
  ['mode', true],
  ['mode', 'constructor'],
  ['scope', ''],
  ['scope', 7],
  ['tags', 'tag'],
  ['tags', ['']],
  ['tags', [7]],
  ['version', 2],
  ['version', ''],
  ['ignore', 'seed'],
  ['ignore', [null]],
  ['admit', true],
  ['admit', null],
  ['when', 'always'],
  ['renewOnHit', 'yes'],
  ['replay', 'slow'],
  ['replay', true],
  ['crossMode', 'yes'],
  ['crossMode', 1],
];

describe('a value that is not a duration is refused at definition', () => {
  test.each(DURATIONS)('%s: %p', (option, value) => {
    const options = untyped({ [option]: value });
    const error = errorOf(() => createLlmCache(options));
    expect(error.code).toBe('INVALID_DURATION');
    expect(error.message).toContain(`${option} is`);
    expect(error.message).toContain("'30m'"); // what to write instead
    const cache = createLlmCache();
    expect(errorOf(() => cachedLlmCall(named, { cache, ...options })).code).toBe(error.code);
    expect(errorOf(() => cachedLlmCall(named, { cache }).with(options)).code).toBe(error.code);
  });

  test('storeTimeout, which is an option of a cache only', () => {
    const error = errorOf(() => createLlmCache(untyped({ storeTimeout: '250' })));
    expect(error).toMatchObject({ code: 'INVALID_DURATION', name: 'LlmCacheError' });
    expect(error.message).toContain('storeTimeout is "250"');
    expect(errorOf(() => createLlmCache({ storeTimeout: 0 })).code).toBe('INVALID_DURATION');
  });

  test.each([['30m'], ['500ms'], ['1.5h'], [1], [Number.POSITIVE_INFINITY]] as const)(
    'while %p is a duration',
    (ttl) => {
      expect(createLlmCache({ ttl }).policy.ttl).toBeGreaterThan(0);
    },
  );

  test('a ttl in place of the options', () => {
    const ttl = '5 minutes' as '5m'; // a caller without types
    expect(errorOf(() => cachedLlmCall(named, ttl)).code).toBe('INVALID_DURATION');
  });
});

describe('an invalid value of an option is refused at definition', () => {
  test.each(OPTIONS)('%s: %p', (option, value) => {
    const options = untyped({ [option]: value });
    const error = errorOf(() => createLlmCache(options));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toContain(`${option} is`);
    expect(error.message).toContain('Write ');
    const cache = createLlmCache();
    expect(errorOf(() => cachedLlmCall(named, { cache, ...options })).code).toBe(error.code);
    expect(errorOf(() => cachedLlmCall(named, { cache }).with(options)).code).toBe(error.code);
  });

  test.each(['maxEntries', 'maxBytes', 'maxEntryBytes'])('%s', (option) => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '10', null]) {
      const error = errorOf(() => createLlmCache(untyped({ [option]: value })));
      expect(error.code).toBe('INVALID_OPTION');
      expect(error.message).toContain(`${option} is`);
    }
  });

  test.each(['', 7, null, '\ud800'])('namespace: %j', (namespace) => {
    const error = errorOf(() => createLlmCache(untyped({ namespace })));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toContain('namespace is');
  });

  test('but undefined is the same as no value', () => {
    const names = [...DURATIONS, ...OPTIONS].map(([name]) => name);
    const nothing = Object.fromEntries(names.map((name) => [name, undefined])) as CallOptions;
    expect(createLlmCache(nothing).policy).toEqual(createLlmCache().policy);
  });
});

describe('a value that is not a store is refused', () => {
  test.each<[string, unknown]>([
    ['a URL with an unknown scheme', 'mongodb://user:secret@host'],
    ['a path', './llm.db'],
    ['a name', 'redis'],
    ['an empty text', ''],
    ['a URL that names a property of every object', 'constructor:x'],
    ['a number', 7],
    ['null', null],
    ['an empty object', {}],
    ['an object without a prototype', Object.create(null)],
    ['half a store', { get: () => undefined, set: () => true }],
  ])('%s', (_what, store) => {
    const error = errorOf(() => createLlmCache(untyped({ store })));
    expect(error.code).toBe('UNKNOWN_STORE');
    expect(error.message).toContain("'sqlite:./llm.db'");
    expect(error.message).not.toContain('secret');
  });

  test.each([
    ['./llm.db', 'store is "./llm.db",'],
    ['redis', 'store is "redis",'],
    ['localhost:6379', 'store is "localhost:…",'],
    ['mongodb://user:secret@host', 'store is "mongodb:…",'],
  ])('%s is named as far as it holds no secret', (store, named) => {
    expect(errorOf(() => createLlmCache({ store })).message).toContain(named);
  });

  test('by openStore, too', () => {
    expect(errorOf(() => openStore('mysql://host')).code).toBe('UNKNOWN_STORE');
  });
});

async function named(prompt: string): Promise<string> {
  return prompt;
}
