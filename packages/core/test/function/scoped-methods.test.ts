import { describe, expect, test } from '@jest/globals';
import { CachedLLM, type MethodOptions } from '../../src/index.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';

/** A service as frameworks make one for each request, with the tenant of that request. */
function startAssistants(scope: MethodOptions['scope']) {
  const trial = startTrial();
  const { cache } = trial;
  let calls = 0;
  class Assistant {
    readonly tenant: unknown;
    constructor(tenant: unknown) {
      this.tenant = tenant;
    }
    @CachedLLM({ cache, scope })
    async ask(_question: string, _tenant?: string) {
      calls += 1;
      return `${this.tenant} ${calls}`;
    }
    @CachedLLM({ cache, scope })
    async *stream(_question: string) {
      calls += 1;
      yield `${this.tenant} ${calls}`;
    }
  }
  return { ...trial, Assistant, calls: () => calls };
}

function byTenant() {
  return startAssistants(function (this: { tenant: string }) {
    return this.tenant;
  });
}

describe('a method whose scope is a function of its `this`', () => {
  test('shares answers between the requests of one tenant, and never between two', async () => {
    const { Assistant, calls, story } = byTenant();
    for (const tenant of ['a', 'b', 'a', 'b']) {
      const answer = tenant === 'a' ? 'a 1' : 'b 2';
      expect(await new Assistant(tenant).ask('q')).toBe(answer);
      await settled();
    }
    expect(calls()).toBe(2);
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored', 'hit', 'hit']);
  });

  test('joins no flight of another tenant', async () => {
    const { Assistant, calls } = byTenant();
    const asked = ['a', 'b', 'a', 'b'].map((tenant) => new Assistant(tenant).ask('q'));
    expect(await Promise.all(asked)).toEqual(['a 1', 'b 2', 'a 1', 'b 2']);
    expect(calls()).toBe(2);
  });

  test('separates the streams of a generator', async () => {
    const { Assistant } = byTenant();
    for (const [tenant, chunk] of [
      ['a', 'a 1'],
      ['b', 'b 2'],
      ['a', 'a 1'],
    ]) {
      expect(await chunksOf(new Assistant(tenant).stream('q'))).toEqual([chunk]);
      await settled();
    }
  });

  test.each([undefined, null, '', 7, {}, ['a'], Promise.resolve('a'), Promise.reject(new Error())])(
    'bypasses the cache for a tenant that is no text: %p',
    async (tenant) => {
      const { Assistant, events } = byTenant();
      const one = new Assistant(tenant);
      expect([await one.ask('q'), await one.ask('q')]).toEqual([`${tenant} 1`, `${tenant} 2`]);
      expect(events).toEqual(
        Array(2).fill({
          name: 'bypass',
          event: { reason: 'no-scope', provider: 'Assistant.ask', item: undefined },
        }),
      );
    },
  );

  test('bypasses the cache where the function throws', async () => {
    const { Assistant, story } = startAssistants(() => {
      throw new Error('no tenant');
    });
    expect(await new Assistant('a').ask('q')).toBe('a 1');
    expect(story()).toEqual(['bypass']);
  });

  test('gets the arguments of the call', async () => {
    const { Assistant } = startAssistants((_question: string, tenant: string) => tenant);
    const one = new Assistant('x');
    const asked = [];
    for (const tenant of ['a', 'b', 'a']) {
      asked.push(await one.ask('q', tenant));
      await settled();
    }
    expect(asked).toEqual(['x 1', 'x 2', 'x 1']);
  });

  test('is used by the functions beside the method, unless a call names another scope', async () => {
    const { Assistant } = byTenant();
    const ask: unknown = new Assistant('a').ask;
    const { keyOf, with: withOptions } = ask as {
      keyOf(question: string): string | undefined;
      with(options: object): { keyOf(question: string): string | undefined };
    }; // no type of a method shows them
    const keyFor = (tenant: string, options?: object) => {
      const named = options === undefined ? keyOf : withOptions(options).keyOf;
      return named.call(new Assistant(tenant), 'q');
    };
    expect(keyFor('a')).toEqual(expect.any(String));
    expect(keyFor('a')).not.toBe(keyFor('b'));
    expect(keyFor('a', { ttl: '1m' })).toBe(keyFor('a'));
    expect(keyFor('b', { scope: 'a' })).toBe(keyFor('a'));
    expect(keyFor('a', { scope: undefined })).toBeUndefined();
  });
});

test('a cache that requires a scope takes a method whose scope is a function', async () => {
  const { cache, story } = startTrial({ requireScope: true });
  class Service {
    @CachedLLM({ cache, scope: (tenant: string) => tenant })
    async ask(tenant: string) {
      return tenant;
    }
  }
  expect([await new Service().ask('a'), await new Service().ask('')]).toEqual(['a', '']);
  expect(story()).toEqual(expect.arrayContaining(['miss', 'bypass']));
});
