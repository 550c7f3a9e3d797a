import { describe, expect, test } from '@jest/globals';
import { optionsFromEnvironment } from '../../src/cache/create-llm-cache.ts';
import { type CacheOptions, cachedLlmCall, createLlmCache } from '../../src/index.ts';

const SECRET = 'a secret that is long enough to be one';
const OTHER = 'another secret, of more than 32 bytes';
const SHORT = 'hush-hush';

function refusal(options: CacheOptions): Error {
  try {
    createLlmCache(options);
  } catch (error) {
    return error as Error; // the test checks that it is one
  }
  throw new TypeError('Nothing was refused.');
}

const bad = (options: object) => options as CacheOptions;
const keyUnder = (options: CacheOptions) =>
  cachedLlmCall(async (prompt: string) => prompt, {
    cache: createLlmCache(options),
    provider: 'mine',
  }).keyOf('p');

describe('an option that holds no valid secret', () => {
  test.each<[string, CacheOptions, string]>([
    ['too short', { secret: SHORT }, 'secret is 9 bytes long'],
    ['empty', { secret: '' }, 'secret is 0 bytes long'],
    ['too few bytes', { secret: new Uint8Array(31) }, 'secret is 31 bytes long'],
    ['a number', bad({ secret: 7 }), 'secret is a number'],
    ['null', bad({ secret: null }), 'secret is null'],
    ['an object', bad({ secret: { key: SECRET } }), 'secret is an instance of Object'],
    ['a list', bad({ secret: [SECRET] }), 'secret is an instance of Array'],
    ['one short secret of two', { secrets: [SECRET, SHORT] }, 'secrets[1] is 9 bytes long'],
    ['a number in the list', bad({ secrets: [7] }), 'secrets[0] is a number'],
  ])('%s is refused with a remedy, and the message does not repeat it', (_name, options, what) => {
    const error = refusal(options);
    expect(error).toMatchObject({ name: 'LlmCacheError', code: 'INVALID_OPTION' });
    expect(error.message).toContain(what);
    expect(error.message).toContain('openssl rand -base64 32');
    expect(error.message).not.toContain(SHORT);
    expect(error.message).not.toContain(SECRET);
  });

  test.each<[string, CacheOptions, string]>([
    ['an empty list', { secrets: [] }, 'secrets is empty'],
    ['a text in place of a list', bad({ secrets: SECRET }), 'secrets is not a list'],
    ['one secret twice', { secrets: [SECRET, SECRET] }, 'secrets holds one secret twice'],
    ['both options', { secret: SECRET, secrets: [OTHER] }, 'secret and secrets are both set'],
  ])('%s is refused, and the message does not repeat it', (_name, options, what) => {
    const error = refusal(options);
    expect(error).toMatchObject({ name: 'LlmCacheError', code: 'INVALID_OPTION' });
    expect(error.message).toContain(what);
    expect(error.message).not.toContain(SECRET);
  });
});

describe('a secret', () => {
  test('is long enough at 32 bytes, as text or as bytes', () => {
    for (const secret of ['x'.repeat(32), 'ä'.repeat(16), new Uint8Array(32)]) {
      expect(createLlmCache({ secret })).toBeDefined();
    }
  });

  test('is copied, so that its bytes can be wiped afterwards', () => {
    const bytes = Buffer.from(SECRET);
    const cache = createLlmCache({ secret: bytes });
    bytes.fill(0);
    const ask = cachedLlmCall(async (prompt: string) => prompt, { cache, provider: 'mine' });
    expect(ask.keyOf('p')).toBe(keyUnder({ secret: SECRET }));
  });
});

describe('a secret from the environment', () => {
  const keyIn = (environment: Readonly<Record<string, string>>) =>
    keyUnder(optionsFromEnvironment(environment));

  test('is CACHED_LLM_SECRET, or the newest of CACHED_LLM_SECRETS', () => {
    const key = keyUnder({ secret: SECRET });
    const listed = SECRET.replaceAll(',', '');
    expect(keyIn({ CACHED_LLM_SECRET: `${SECRET}\n` })).toBe(key);
    expect(keyIn({ CACHED_LLM_SECRETS: `${listed}a , ${listed}b` })).toBe(
      keyUnder({ secret: `${listed}a` }),
    );
    expect(keyIn({})).toBe(keyUnder({}));
  });

  test.each([
    ['an empty secret', { CACHED_LLM_SECRET: '' }],
    ['an empty list', { CACHED_LLM_SECRETS: '' }],
    ['a list that ends with a comma', { CACHED_LLM_SECRETS: `${OTHER.replaceAll(',', '')},` }],
    ['a short secret', { CACHED_LLM_SECRET: SHORT }],
    ['both variables', { CACHED_LLM_SECRET: SECRET, CACHED_LLM_SECRETS: OTHER }],
  ])('%s is refused, so that no row is left unencrypted by mistake', (_name, environment) => {
    const error = refusal(optionsFromEnvironment(environment));
    expect(error).toMatchObject({ name: 'LlmCacheError', code: 'INVALID_OPTION' });
    expect(error.message).not.toContain(SHORT);
  });
});
