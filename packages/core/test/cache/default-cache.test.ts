import { describe, expect, test } from '@jest/globals';
import { optionsFromEnvironment } from '../../src/cache/create-llm-cache.ts';
import { cachedLlmCall, createLlmCache, defaultCache } from '../../src/index.ts';

type Environment = Readonly<Record<string, string>>;

const cacheFrom = (environment: Environment) => createLlmCache(optionsFromEnvironment(environment));

describe('a cache from the environment', () => {
  test('has every default where no variable is set', () => {
    expect(cacheFrom({}).policy).toEqual(createLlmCache().policy);
    expect(cacheFrom({}).isOwnMemory).toBe(true);
  });

  test('ignores an empty variable', () => {
    const names = ['STORE', 'TTL', 'NAMESPACE', 'ENABLED', 'MODE', 'MAX_ENTRIES', 'MAX_BYTES'];
    const empty = Object.fromEntries(names.map((name) => [`CACHED_LLM_${name}`, '']));
    expect(cacheFrom(empty).policy).toEqual(createLlmCache().policy);
  });

  test('takes the ttl, mode, namespace and bounds', async () => {
    const cache = cacheFrom({
      CACHED_LLM_STORE: 'memory:',
      CACHED_LLM_TTL: '12h',
      CACHED_LLM_NAMESPACE: 'app',
      CACHED_LLM_MODE: 'read-write',
      CACHED_LLM_MAX_ENTRIES: '2',
      CACHED_LLM_MAX_BYTES: '100000',
    });
    expect(cache.policy).toMatchObject({ ttl: 12 * 3_600_000, mode: 'read-write' });
    const ask = cachedLlmCall(async (prompt: string) => prompt, { cache, provider: 'mine' });
    expect(ask.keyOf('p')).toMatch(/^app:/);
    for (const prompt of ['a', 'b', 'c']) await ask.withInfo(prompt);
    expect(cache.stats()).toMatchObject({
      evictions: 1,
      store: { usedEntries: 2, maxEntries: 2, utilization: 1 },
    });
  });

  test.each(['read-only', 'refresh', 'replay', 'off'])('takes the mode %s', (mode) => {
    expect(cacheFrom({ CACHED_LLM_MODE: mode }).policy.mode).toBe(mode);
  });

  test.each(['false', 'FALSE', '0', 'off', 'no'])('is off where ENABLED is %s', (text) => {
    const environment = { CACHED_LLM_ENABLED: text, CACHED_LLM_MODE: 'refresh' };
    expect(cacheFrom(environment).policy.mode).toBe('off');
  });

  test.each(['true', '1', 'on', 'Yes'])('is on where ENABLED is %s', (text) => {
    const environment = { CACHED_LLM_ENABLED: text, CACHED_LLM_MODE: 'refresh' };
    expect(cacheFrom(environment).policy.mode).toBe('refresh');
  });

  test.each([
    ['true', true],
    ['off', false],
    ['', undefined],
  ])('has live calls where LIVE is %j: %p', (text, live) => {
    expect(optionsFromEnvironment({ CACHED_LLM_LIVE: text }).live).toBe(live);
  });

  test.each<[string, string, string, Environment]>([
    ['a ttl without its unit', 'INVALID_DURATION', 'ttl', { CACHED_LLM_TTL: '3600' }],
    ['a ttl in words', 'INVALID_DURATION', 'ttl', { CACHED_LLM_TTL: '5 minutes' }],
    ['an unknown mode', 'INVALID_OPTION', 'mode', { CACHED_LLM_MODE: 'readonly' }],
    [
      'a switch that is neither on nor off',
      'INVALID_OPTION',
      'CACHED_LLM_ENABLED',
      { CACHED_LLM_ENABLED: 'maybe' },
    ],
    [
      'a switch that is a property of every object',
      'INVALID_OPTION',
      'CACHED_LLM_ENABLED',
      { CACHED_LLM_ENABLED: 'constructor' },
    ],
    [
      'a bound that is not a number',
      'INVALID_OPTION',
      'CACHED_LLM_MAX_ENTRIES is "5k". Write a whole number.',
      { CACHED_LLM_MAX_ENTRIES: '5k' },
    ],
    ['a bound below one', 'INVALID_OPTION', 'maxBytes', { CACHED_LLM_MAX_BYTES: '-1' }],
    ['an unknown store', 'UNKNOWN_STORE', 'sqlite:', { CACHED_LLM_STORE: 'llm.db' }],
  ])('refuses %s', (_what, code, named, environment) => {
    const make = () => cacheFrom(environment);
    expect(make).toThrow(expect.objectContaining({ code }));
    expect(make).toThrow(named);
  });
});

describe('defaultCache', () => {
  test('says that what it refuses comes from a variable', () => {
    process.env.CACHED_LLM_TTL = '3600';
    expect(defaultCache).toThrow('In a variable CACHED_LLM_…: ttl is "3600", which is not');
    delete process.env.CACHED_LLM_TTL;
  });

  test('is one cache, made by the first call from the environment at that time', async () => {
    process.env.CACHED_LLM_NAMESPACE = 'from-the-environment';
    const cache = defaultCache();
    process.env.CACHED_LLM_NAMESPACE = 'later';
    expect(defaultCache()).toBe(cache);
    const ask = cachedLlmCall(async (prompt: string) => prompt, { provider: 'mine' });
    expect(ask.keyOf('p')).toMatch(/^from-the-environment:/);
  });
});
