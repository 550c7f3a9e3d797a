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
/** What a handler may have in its hands where a tenant should be. */
const NO_SCOPES: readonly unknown[] = [undefined, '', null, 7, {}, ['alice'], true];
const as = (scope: unknown) => ({ scope }) as CallOptions; // bad input

function start(options: CacheOptions) {
  const trial = startTrial(options);
  const provider = startProvider();
  return { ...trial, provider, ask: cachedLlmCall(provider.ask, { cache: trial.cache }) };
}

describe('a cache that requires a scope', () => {
  test('sends a call without one past itself, and says so', async () => {
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

  test('answers a call with one, and each scope from its own entries', async () => {
    const { ask, provider } = start(REQUIRED);
    const asked = async (scope: string) => ask.with({ scope })(QUESTION);
    const [alice, bob] = [await asked('alice'), await asked('bob')];
    expect(alice).not.toEqual(bob);
    expect([await asked('alice'), await asked('bob')]).toEqual([alice, bob]);
    expect(provider.calls).toHaveLength(2);
  });

  test.each(NO_SCOPES)('makes no call fail whose scope turns out to be %p', async (scope) => {
    const { ask, story } = start(REQUIRED);
    expect((await ask.with(as(scope)).withInfo(QUESTION)).info.outcome).toBe('bypass');
    expect(story()).toEqual(['bypass']);
  });

  test.each(NO_SCOPES)(
    'never takes %p for the scope of the function or of the cache',
    async (scope) => {
      const { cache } = start({ ...REQUIRED, scope: 'cache' });
      const ask = cachedLlmCall(startProvider().ask, { cache, scope: 'function' });
      await ask.withInfo(QUESTION);
      const nobody = ask.with(as(scope));
      expect((await nobody.withInfo(QUESTION)).info.outcome).toBe('bypass');
      expect([nobody.keyOf(QUESTION), await nobody.peek(QUESTION)]).toEqual([undefined, undefined]);
      expect((await ask.withInfo(QUESTION)).info.outcome).toBe('hit');
    },
  );

  test('lets a call that says nothing of a scope have its function’s, or its cache’s', async () => {
    const { cache, ask } = start({ ...REQUIRED, scope: 'cache' });
    const own = cachedLlmCall(startProvider().ask, { cache, scope: 'function' });
    expect((await ask.with({ ttl: '1m' }).withInfo(QUESTION)).info.outcome).toBe('miss');
    expect(own.with({ ttl: '1m' }).keyOf(QUESTION)).toBe(own.keyOf(QUESTION));
    expect(own.keyOf(QUESTION)).not.toBe(ask.keyOf(QUESTION));
  });

  test('keeps and gives nothing by hand without one', async () => {
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

  test('is not talked out of it by a function or a call', async () => {
    const { cache } = start(REQUIRED);
    const lax = { cache, requireScope: false };
    const ask = cachedLlmCall(startProvider().ask, lax);
    expect((await ask.withInfo(QUESTION)).info.outcome).toBe('bypass');
    const laxer = { requireScope: false } as CallOptions; // no option of a call
    expect((await ask.with(laxer).withInfo(QUESTION)).info.outcome).toBe('bypass');
  });

  test('refuses a door whose calls could never name one, when it is opened', () => {
    const { cache } = start(REQUIRED);
    const open = () => policyForClient(cache.policy, {});
    expect(open).toThrow(expect.objectContaining({ code: 'SCOPE_REQUIRED' }));
    expect(open).toThrow("Write { scope: 'tenant-7' }");
    expect(policyForClient(cache.policy, { scope: 'alice' }).scope).toBe('alice');
    expect(policyForClient(createLlmCache().policy, {}).scope).toBe('');
  });

  test('refuses a generator method without one, when its class is defined', () => {
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

  test('shares its store with others that do not', async () => {
    const store = new MemoryStore();
    const lax = start({ store });
    await lax.ask.withInfo(QUESTION);
    const { ask } = start({ store, ...REQUIRED });
    expect((await ask.withInfo(QUESTION)).info.outcome).toBe('bypass');
  });
});

describe('a scope that is none', () => {
  const BAD = NO_SCOPES.filter((scope) => scope !== undefined);

  test.each(BAD)(
    '%p is refused when a cache or a function is defined, required or not',
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

  test.each(BAD)('%p is refused for a call where none is required', async (scope) => {
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
