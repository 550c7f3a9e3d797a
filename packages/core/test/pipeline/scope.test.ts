import { describe, expect, test } from '@jest/globals';
import { policyForClient } from '../../src/adapter.ts';
import {
  CachedLLM,
  type CacheOptions,
  type CallOptions,
  cachedLlmCall,
  createLlmCache,
} from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { QUESTION, startProvider } from '../provider.ts';
import { startTrial } from '../trial.ts';

const REQUIRED = { requireScope: true } as const;
/** Values that a handler may pass by mistake instead of a tenant. */
const NO_SCOPES: readonly unknown[] = [undefined, '', null, 7, {}, ['alice'], true];
const as = (scope: unknown) => ({ scope }) as CallOptions; // bad input

function start(options: CacheOptions) {
  const trial = startTrial(options);
  const provider = startProvider();
  return { ...trial, provider, ask: cachedLlmCall(provider.ask, { cache: trial.cache }) };
}

describe('a cache that requires a scope', () => {
  test('bypasses a call without a scope, with one event', async () => {
    const { ask, events, provider } = start(REQUIRED);
    for (let turn = 1; turn <= 2; turn++) {
      const { response, info } = await ask.withInfo(QUESTION);
      expect([info.outcome, response]).toEqual(['bypass', { text: `answer ${turn}` }]);
    }
    expect(events.map(({ event }) => event)).toEqual([
      { reason: 'no-scope', provider: 'ask' },
      { reason: 'no-scope', provider: 'ask' },
    ]);
    expect([ask.keyOf(QUESTION), await ask.peek(QUESTION)]).toEqual([undefined, undefined]);
    expect(await ask.invalidate(QUESTION)).toBe(true);
    expect(provider.calls).toHaveLength(2);
  });

  test('answers each scope from its own entries', async () => {
    const { ask, provider } = start(REQUIRED);
    const asked = async (scope: string) => ask.with({ scope })(QUESTION);
    const [alice, bob] = [await asked('alice'), await asked('bob')];
    expect(alice).not.toEqual(bob);
    expect([await asked('alice'), await asked('bob')]).toEqual([alice, bob]);
    expect(provider.calls).toHaveLength(2);
  });

  test.each(NO_SCOPES)('bypasses a call whose scope is %p, and does not fail it', async (scope) => {
    const { ask, story } = start(REQUIRED);
    expect((await ask.with(as(scope)).withInfo(QUESTION)).info.outcome).toBe('bypass');
    expect(story()).toEqual(['bypass']);
  });

  test.each(NO_SCOPES)(
    'does not use the scope of the function or of the cache where the call gives %p',
    async (scope) => {
      const { cache } = start({ ...REQUIRED, scope: 'cache' });
      const ask = cachedLlmCall(startProvider().ask, { cache, scope: 'function' });
      await ask.withInfo(QUESTION);
      const unscoped = ask.with(as(scope));
      expect((await unscoped.withInfo(QUESTION)).info.outcome).toBe('bypass');
      expect([unscoped.keyOf(QUESTION), await unscoped.peek(QUESTION)]).toEqual([
        undefined,
        undefined,
      ]);
      expect((await ask.withInfo(QUESTION)).info.outcome).toBe('hit');
    },
  );

  test('uses the scope of the function or of the cache where the call gives none', async () => {
    const { cache, ask } = start({ ...REQUIRED, scope: 'cache' });
    const own = cachedLlmCall(startProvider().ask, { cache, scope: 'function' });
    expect((await ask.with({ ttl: '1m' }).withInfo(QUESTION)).info.outcome).toBe('miss');
    expect(own.with({ ttl: '1m' }).keyOf(QUESTION)).toBe(own.keyOf(QUESTION));
    expect(own.keyOf(QUESTION)).not.toBe(ask.keyOf(QUESTION));
  });

  test('neither stores nor finds anything by get and set without a scope', async () => {
    const { cache, story } = start(REQUIRED);
    const identity = { provider: 'mine', request: QUESTION };
    for (const scope of NO_SCOPES) {
      expect(await cache.set(identity, 'answer', as(scope))).toBe(false);
      expect(await cache.get(identity, as(scope))).toBe(undefined);
      expect(cache.keyOf(identity, as(scope))).toBe(undefined);
    }
    expect(new Set(story())).toEqual(new Set(['bypass']));
    expect(await cache.set(identity, 'answer', { scope: 'alice' })).toBe(true);
    expect(await cache.get(identity, { scope: 'alice' })).toBe('answer');
    expect(await cache.get(identity, { scope: 'bob' })).toBe(undefined);
  });

  test('requires it although a function or a call sets requireScope to false', async () => {
    const { cache } = start(REQUIRED);
    const lax = { cache, requireScope: false };
    const ask = cachedLlmCall(startProvider().ask, lax);
    expect((await ask.withInfo(QUESTION)).info.outcome).toBe('bypass');
    const laxer = { requireScope: false } as CallOptions; // a call has no such option
    expect((await ask.with(laxer).withInfo(QUESTION)).info.outcome).toBe('bypass');
  });

  test('refuses a client without a scope when it is wrapped, because its calls cannot give one', () => {
    const { cache } = start(REQUIRED);
    const wrap = () => policyForClient(cache.policy, {});
    expect(wrap).toThrow(expect.objectContaining({ code: 'SCOPE_REQUIRED' }));
    expect(wrap).toThrow("Write { scope: 'tenant-7' }");
    expect(policyForClient(cache.policy, { scope: 'alice' }).scope).toBe('alice');
    expect(policyForClient(createLlmCache().policy, {}).scope).toBe('');
  });

  test('refuses a generator method without a scope when its class is defined', () => {
    const { cache } = start(REQUIRED);
    function define(scope: string | undefined) {
      const options = { cache, scope };
      class Service {
        @CachedLLM(options)
        async *answer(_prompt: string) {
          yield 'answer';
        }
      }
      return Service;
    }
    expect(() => define(undefined)).toThrow(expect.objectContaining({ code: 'SCOPE_REQUIRED' }));
    expect(new (define('alice'))()).toBeDefined();
  });

  test('does not serve the entries that a cache without this option stored', async () => {
    const store = new MemoryStore();
    const lax = start({ store });
    await lax.ask.withInfo(QUESTION);
    const { ask } = start({ store, ...REQUIRED });
    expect((await ask.withInfo(QUESTION)).info.outcome).toBe('bypass');
  });
});

describe('an invalid scope', () => {
  const BAD = NO_SCOPES.filter((scope) => scope !== undefined);

  test.each(BAD)(
    '%p is refused when a cache or a function is defined, whether a scope is required or not',
    (scope) => {
      const { cache } = start({});
      const strict = start(REQUIRED).cache;
      const definitions = [
        () => createLlmCache(as(scope)),
        () => createLlmCache({ ...REQUIRED, ...as(scope) }),
        () => cachedLlmCall(startProvider().ask, { cache, ...as(scope) }),
        () => cachedLlmCall(startProvider().ask, { cache: strict, ...as(scope) }),
        () => policyForClient(strict.policy, as(scope)),
      ];
      for (const define of definitions) {
        expect(define).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
        expect(define).toThrow('Write a text that names the tenant or user.');
      }
    },
  );

  test('is not repeated in the message', () => {
    expect(() => createLlmCache(as(['alice@example.com']))).not.toThrow('alice');
  });

  test.each(BAD)('%p is refused for a call where no scope is required', async (scope) => {
    const { ask, cache } = start({});
    expect(() => ask.with(as(scope))).toThrow('scope');
    const getting = cache.get({ provider: 'mine', request: 1 }, as(scope));
    await expect(getting).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});

test.each(['yes', 1, null])('requireScope: %p is refused', (requireScope) => {
  const make = () => createLlmCache({ requireScope } as unknown as CacheOptions); // bad input
  expect(make).toThrow('requireScope');
});
