import { describe, expect, test } from '@jest/globals';
import { CachedLLM } from '../../src/index.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';

/** Proves with which standard this file is compiled: a TC39 decorator would get a context. */
const given: unknown[] = [];
const note = (...parts: readonly unknown[]): void => {
  given.push(...parts);
};

class Compiled {
  @note
  async method() {}
}

describe('@CachedLLM, the legacy decorator', () => {
  test('is the standard with which this file is compiled', () => {
    expect(given[0]).toBe(Compiled.prototype);
    expect(given[1]).toBe('method');
    expect(given[2]).toHaveProperty('value');
  });

  test('answers a repeated call of a method from the store, and passes `this` on', async () => {
    const { cache, story } = startTrial();
    class Service {
      calls = 0;
      readonly greeting = 'hello';

      @CachedLLM({ cache, ttl: '1h' })
      async greet(name: string): Promise<string> {
        this.calls += 1;
        return `${this.greeting} ${name}`;
      }
    }
    const service = new Service();
    expect(await service.greet('Ada')).toBe('hello Ada');
    await settled();
    expect(await service.greet('Ada')).toBe('hello Ada');
    expect(await service.greet('Bob')).toBe('hello Bob');
    expect(service.calls).toBe(2);
    await settled();
    expect(story()).toEqual(['miss', 'stored', 'hit', 'miss', 'stored']);
  });

  test('shares answers between instances, unless the key distinguishes them', async () => {
    const { cache } = startTrial();
    class Model {
      readonly #name: string;
      constructor(name: string) {
        this.#name = name;
      }
      get identity() {
        return this.#name;
      }

      @CachedLLM({ cache })
      async shared(_prompt: string) {
        return this.#name;
      }

      @CachedLLM({
        cache,
        key(this: Model, prompt: string) {
          return { model: this.identity, prompt };
        },
      })
      async own(_prompt: string) {
        return this.#name;
      }
    }
    const [small, large] = [new Model('small'), new Model('large')];
    expect([await small.shared('p'), await large.shared('p')]).toEqual(['small', 'small']);
    expect([await small.own('p'), await large.own('p')]).toEqual(['small', 'large']);
    await settled();
    expect([await small.own('p'), await large.own('p')]).toEqual(['small', 'large']);
  });

  test('distinguishes static methods of different classes', async () => {
    const { cache } = startTrial();
    class One {
      readonly url = 'https://example.com';
      @CachedLLM({ cache })
      static async ask(_prompt: string) {
        return 1;
      }
    }
    class Two {
      readonly url = 'https://example.com';
      @CachedLLM({ cache })
      static async ask(_prompt: string) {
        return 2;
      }
    }
    expect([await One.ask('p'), await Two.ask('p')]).toEqual([1, 2]);
  });

  test('distinguishes a subclass from its base class and from other subclasses', async () => {
    const { cache } = startTrial();
    class Base {
      language(): string {
        return 'none';
      }
      @CachedLLM({ cache })
      async ask(_prompt: string) {
        return this.language();
      }
    }
    class French extends Base {
      override language() {
        return 'French';
      }
    }
    const answers = [new Base().ask('p'), new French().ask('p')];
    expect(await Promise.all(answers)).toEqual(['none', 'French']);
  });

  test('replays an async generator method, which stays an async generator', async () => {
    const { cache } = startTrial();
    class Service {
      calls = 0;
      @CachedLLM({ cache })
      async *stream(prompt: string) {
        this.calls += 1;
        yield prompt;
        yield this.calls;
      }
    }
    const service = new Service();
    expect(await chunksOf(service.stream('p'))).toEqual(['p', 1]);
    await settled();
    expect(await chunksOf(service.stream('p'))).toEqual(['p', 1]);
    expect(await chunksOf(service.stream('q'))).toEqual(['q', 2]);
  });

  test('changes nothing of the descriptor but the method', () => {
    const { cache } = startTrial();
    class Service {
      @CachedLLM({ cache })
      async ask(prompt: string) {
        return prompt;
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, 'ask');
    expect(descriptor).toMatchObject({ enumerable: false, writable: true, configurable: true });
    expect(Service.prototype.ask.name).toBe('ask');
  });

  test('takes a ttl in place of the options, and then uses the default cache', async () => {
    class Service {
      calls = 0;
      @CachedLLM('1h')
      async ask(_prompt: string) {
        this.calls += 1;
        return this.calls;
      }
    }
    const service = new Service();
    expect([await service.ask('p'), await service.ask('p')]).toEqual([1, 1]);
  });
});

describe('@CachedLLM before anything but a method is refused when the class is defined', () => {
  const refused = expect.objectContaining({ code: 'NOT_A_METHOD' });

  test('a getter', () => {
    const define = () => {
      class Service {
        // @ts-expect-error: the types refuse it, too
        @CachedLLM()
        get ask() {
          return 1;
        }
      }
      return Service;
    };
    expect(define).toThrow(refused);
  });

  test('a field, even one that holds a function', () => {
    const define = () => {
      class Service {
        // @ts-expect-error: the types refuse it, too
        @CachedLLM()
        ask = async () => 1;
      }
      return new Service();
    };
    expect(define).toThrow(refused);
  });

  test('a class', () => {
    const define = () => {
      // @ts-expect-error: the types refuse it, too
      @CachedLLM()
      class Service {}
      return Service;
    };
    expect(define).toThrow(refused);
  });

  test('a parameter', () => {
    const define = () => {
      class Service {
        // @ts-expect-error: the types refuse it, too
        async ask(@CachedLLM() prompt: string) {
          return prompt;
        }
      }
      return Service;
    };
    expect(define).toThrow(refused);
  });
});
