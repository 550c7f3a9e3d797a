import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CachedLLM, type FunctionOptions } from '../../src/index.ts';
import { settled, startTrial } from '../trial.ts';

/** The second time, all of it is stored. */
async function twice<Answer>(ask: () => Promise<Answer>): Promise<readonly Answer[]> {
  const first = await ask();
  await settled();
  return [first, await ask()];
}

describe.each<[string, FunctionOptions<never, never>]>([
  ['with no option', {}],
  ['with a provider', { provider: 'openai' }],
  ['with a name', { name: 'ask' }],
  ['with a key', { key: (question: string) => ({ question }) }],
])('a method that overrides a cached one, %s', (_what, options) => {
  test('has other answers than the one that it calls', async () => {
    const { cache } = startTrial();
    class Base {
      @CachedLLM({ ...options, cache })
      async ask(question: string) {
        return `base ${question}`;
      }
    }
    class Derived extends Base {
      @CachedLLM({ ...options, cache })
      override async ask(question: string) {
        return `derived ${await super.ask(question)}`;
      }
      plain(question: string) {
        return super.ask(question);
      }
    }
    const derived = new Derived();
    expect(await twice(() => derived.ask('q'))).toEqual(Array(2).fill('derived base q'));
    expect(await twice(() => derived.plain('q'))).toEqual(Array(2).fill('base q'));
    expect(await twice(() => new Base().ask('q'))).toEqual(Array(2).fill('base q'));
    expect(cache.stats().misses).toBe(3); // of Derived, of its `super`, and of Base
  });

  test('of three classes with one code, each has answers of its own', async () => {
    const { cache } = startTrial();
    class Base {
      async ask(question: string) {
        return `base ${question}`;
      }
    }
    const extended = (Class: typeof Base) => {
      class Service extends Class {
        @CachedLLM({ ...options, cache })
        override async ask(question: string) {
          return `+${await super.ask(question)}`;
        }
      }
      return Service;
    };
    const service = new (extended(extended(Base)))();
    expect(await twice(() => service.ask('q'))).toEqual(Array(2).fill('++base q'));
  });

  // biome-ignore-start lint/complexity/noThisInStatic: users write it so
  test('a static one has other answers than the one that it calls', async () => {
    const { cache } = startTrial();
    class Base {
      readonly url = 'https://example.com';
      @CachedLLM({ ...options, cache })
      static async ask(question: string) {
        return `base ${question}`;
      }
    }
    class Derived extends Base {
      @CachedLLM({ ...options, cache })
      static override async ask(question: string) {
        return `derived ${await super.ask(question)}`;
      }
      static plain(question: string) {
        return super.ask(question);
      }
    }
    expect(await twice(() => Derived.ask('q'))).toEqual(Array(2).fill('derived base q'));
    expect(await Derived.plain('q')).toBe('base q');
  });
  // biome-ignore-end lint/complexity/noThisInStatic: users write it so
});

describe('two classes of one name that inherit a cached method', () => {
  const warning = jest.fn<typeof process.emitWarning>();
  beforeEach(() => {
    warning.mockReset();
    jest.spyOn(process, 'emitWarning').mockImplementation(warning);
  });
  afterEach(() => void jest.restoreAllMocks());

  class Base {
    readonly language: string = 'none';
  }

  test('cause one warning, because they may answer otherwise', async () => {
    const { cache } = startTrial();
    class Asking extends Base {
      @CachedLLM({ cache })
      async ask(_question: string) {
        return this.language;
      }
    }
    const serviceFor = (language: string) => {
      class Service extends Asking {
        override readonly language = language;
      }
      return new Service();
    };
    const french = serviceFor('French');
    await french.ask('q');
    await Object.create(french).ask('r');
    await settled(); // the words of a warning are loaded when they are needed
    expect(warning).not.toHaveBeenCalled();
    for (const language of ['German', 'Dutch']) await serviceFor(language).ask('q');
    await settled();
    expect(warning.mock.calls).toEqual([
      [
        expect.stringContaining('"Service.ask"'),
        { type: 'LlmCacheWarning', code: 'SHARED_FUNCTION' },
      ],
    ]);
  });
});

describe('a spy', () => {
  afterEach(() => void jest.restoreAllMocks());

  test('over a cached method of an instance or of a class changes no key', async () => {
    const { cache } = startTrial();
    class Service {
      calls = 0;
      @CachedLLM({ cache })
      async ask(_question: string) {
        this.calls += 1;
        return this.calls;
      }
    }
    const service = new Service();
    expect(await service.ask('q')).toBe(1);
    await settled();
    jest.spyOn(service, 'ask');
    expect(await service.ask('q')).toBe(1);
    jest.spyOn(Service.prototype, 'ask');
    expect(await new Service().ask('q')).toBe(1);
    expect(await new (class Service2 extends Service {})().ask('q')).toBe(1); // another class
    expect(cache.stats()).toMatchObject({ hits: 2, misses: 2 });
  });
});
