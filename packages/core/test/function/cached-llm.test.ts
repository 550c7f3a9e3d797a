import { describe, expect, test } from '@jest/globals';
import { CachedLLM, createLlmCache } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';

describe('@CachedLLM, the standard decorator', () => {
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

      @CachedLLM({ cache })
      async shared(_prompt: string) {
        return this.#name;
      }

      @CachedLLM({
        cache,
        key(this: Model, prompt: string) {
          return { model: this.#name, prompt };
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
    expect(cache.stats().misses).toBe(3);
  });

  test('distinguishes static methods of different classes', async () => {
    const { cache } = startTrial();
    class One {
      readonly url = 'https://example.com';
      static readonly answer = 1;
      @CachedLLM({ cache })
      static async ask(_prompt: string) {
        return One.answer;
      }
    }
    class Two {
      readonly url = 'https://example.com';
      static readonly answer = 2;
      @CachedLLM({ cache })
      static async ask(_prompt: string) {
        return Two.answer;
      }
    }
    expect([await One.ask('p'), await Two.ask('p')]).toEqual([1, 2]);
    await settled();
    expect([await One.ask('p'), await Two.ask('p')]).toEqual([1, 2]);
    expect(cache.stats().misses).toBe(2);
  });

  test('works on private methods', async () => {
    const { cache } = startTrial();
    class Service {
      calls = 0;
      @CachedLLM({ cache })
      async #ask(_prompt: string) {
        this.calls += 1;
        return this.calls;
      }
      ask(prompt: string) {
        return this.#ask(prompt);
      }
    }
    const service = new Service();
    expect([await service.ask('p'), await service.ask('p')]).toEqual([1, 1]);
  });

  test('answers where `this` has no class, or does not say which', async () => {
    class Service {
      @CachedLLM({ cache: startTrial().cache })
      async ask(prompt: string) {
        return prompt;
      }
    }
    const { ask } = Service.prototype;
    const fail = () => {
      throw new Error('not readable');
    };
    const bare = Object.assign(Object.create(null), { ask });
    const { proxy: revoked, revoke } = Proxy.revocable(new Service(), {});
    revoke();
    const silent = new Proxy(new Service(), { getPrototypeOf: fail });
    const owners = [Object.create(bare), Object.assign(new Service(), { constructor: 0 })];
    for (const owner of [bare, ...owners, silent, revoked]) {
      expect(await ask.call(owner, 'p')).toBe('p');
    }
  });

  test('distinguishes a subclass from its base class and from other subclasses', async () => {
    const { cache } = startTrial();
    class Base {
      readonly language: string = 'none';
      @CachedLLM({ cache })
      async ask(_prompt: string) {
        return this.language;
      }
    }
    class French extends Base {
      override readonly language = 'French';
    }
    class German extends Base {
      override readonly language = 'German';
    }
    const answers = [new Base(), new French(), new German()].map((one) => one.ask('p'));
    expect(await Promise.all(answers)).toEqual(['none', 'French', 'German']);
  });

  test('lets an overriding method call the decorated one', async () => {
    const { cache } = startTrial();
    class Base {
      @CachedLLM({ cache })
      async ask(prompt: string) {
        return `base ${prompt}`;
      }
    }
    class Derived extends Base {
      @CachedLLM({ cache })
      override async ask(prompt: string) {
        return `derived ${await super.ask(prompt)}`;
      }
    }
    expect(await new Derived().ask('p')).toBe('derived base p');
    await settled();
    expect(await new Derived().ask('p')).toBe('derived base p');
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
    const running = service.stream('p');
    expect((await running.next()).value).toBe('p');
    expect(await running.return()).toEqual({ done: true, value: undefined });
  });

  test.each(['instant', 'recorded'] as const)(
    'gives back what a generator method returns, on a miss and on a hit: %s',
    async (replay) => {
      const { cache, story } = startTrial({ replay });
      class Service {
        @CachedLLM({ cache })
        async *ask(prompt: string) {
          yield* ['a', 'b'];
          return { text: prompt, usage: 7, at: new Date(5) };
        }
      }
      async function* relayed() {
        const end = yield* new Service().ask('p');
        yield end;
      }
      const expected = ['a', 'b', { text: 'p', usage: 7, at: new Date(5) }];
      for (const _call of ['miss', 'hit']) {
        expect(await chunksOf(relayed())).toEqual(expected);
        await settled();
      }
      expect(story()).toEqual(['miss', 'stored', 'hit']);
      const ended = new Service().ask('p');
      for await (const _chunk of ended);
      expect(await ended.next()).toEqual({ done: true, value: undefined });
    },
  );

  test('gives back what a generator method returns and no text can hold, and does not store it', async () => {
    const { cache, events } = startTrial();
    class Service {
      @CachedLLM({ cache })
      async *ask(_prompt: string) {
        yield 'a';
        return () => 5;
      }
    }
    for (const _call of [1, 2]) {
      const answer = new Service().ask('p');
      await answer.next();
      const { done, value } = await answer.next();
      expect([done, typeof value === 'function' && value()]).toEqual([true, 5]);
      await settled();
    }
    const reasons = events.map(({ name, event }) => [name, 'reason' in event && event.reason]);
    const unstored = [
      ['miss', false],
      ['not-admitted', 'unencodable'],
    ];
    expect(reasons).toEqual([...unstored, ...unstored]);
  });

  test('passes on what a generator method is sent, and does not store what answers that', async () => {
    const { cache, events } = startTrial();
    class Service {
      @CachedLLM({ cache })
      async *greet(_prompt: string): AsyncGenerator<string, void, string> {
        const name = yield 'name?';
        yield `hello ${name}`;
      }
    }
    for (const name of ['Ann', 'Bob']) {
      const talk = new Service().greet('p');
      await talk.next();
      expect((await talk.next(name)).value).toBe(`hello ${name}`);
      expect((await talk.next()).done).toBe(true);
      await settled();
    }
    expect(events.map(({ name }) => name)).toEqual([
      'miss',
      'not-admitted',
      'miss',
      'not-admitted',
    ]);
  });

  test('stops a generator method whose reader leaves before the end', async () => {
    const { cache, story } = startTrial();
    let stopped = 0;
    class Service {
      @CachedLLM({ cache })
      async *stream(_prompt: string) {
        try {
          yield 1;
          yield 2;
        } finally {
          stopped += 1;
        }
      }
    }
    for await (const _chunk of new Service().stream('p')) break;
    await settled();
    expect(stopped).toBe(1);
    expect(story()).toEqual(['miss', 'not-admitted']);
  });

  test('does not change the place and the name of the method', () => {
    const { cache } = startTrial();
    class Service {
      @CachedLLM({ cache })
      async ask(prompt: string) {
        return prompt;
      }
      @CachedLLM({ cache })
      async *stream(prompt: string) {
        yield prompt;
      }
    }
    expect(Object.keys(new Service())).toEqual([]);
    expect(Service.prototype.ask.name).toBe('ask');
    expect(Service.prototype.stream.name).toBe('stream');
  });

  test('calls the method each time where the cache is off', async () => {
    const cache = createLlmCache({ mode: 'off' });
    class Service {
      calls = 0;
      @CachedLLM({ cache })
      async ask(_prompt: string) {
        this.calls += 1;
        return this.calls;
      }
      @CachedLLM({ cache })
      async *stream(_prompt: string) {
        this.calls += 1;
        yield this.calls;
      }
    }
    const service = new Service();
    expect([await service.ask('p'), await service.ask('p')]).toEqual([1, 2]);
    expect(await chunksOf(service.stream('p'))).toEqual([3]);
    expect(await chunksOf(service.stream('p'))).toEqual([4]);
  });

  test('finds the answers of an earlier process', async () => {
    const store = new MemoryStore();
    const run = async () => {
      const cache = createLlmCache({ store });
      class Service {
        @CachedLLM({ cache, provider: 'openai' })
        async ask(_prompt: string) {
          return Symbol.for('never stored').description;
        }
      }
      await new Service().ask('p');
      await settled();
      return cache.stats();
    };
    expect(await run()).toMatchObject({ misses: 1, hits: 0 });
    expect(await run()).toMatchObject({ misses: 0, hits: 1 });
  });
});

describe('@CachedLLM before anything but a method is refused when the class is defined', () => {
  const isRefused = (what: string) =>
    expect.objectContaining({ code: 'NOT_A_METHOD', message: expect.stringContaining(what) });

  test('a getter', () => {
    const define = () => {
      class Service {
        // @ts-expect-error: the types refuse it, too
        @CachedLLM()
        get ask() {
          return async () => 1;
        }
      }
      return Service;
    };
    expect(define).toThrow(isRefused('getter'));
  });

  test('a setter', () => {
    const define = () => {
      class Service {
        // @ts-expect-error: the types refuse it, too
        @CachedLLM()
        set ask(_value: unknown) {}
      }
      return Service;
    };
    expect(define).toThrow(isRefused('setter'));
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
    expect(define).toThrow(isRefused('field'));
  });

  test('an accessor', () => {
    const define = () => {
      class Service {
        // @ts-expect-error: the types refuse it, too
        @CachedLLM()
        accessor ask = 1;
      }
      return Service;
    };
    expect(define).toThrow(isRefused('accessor'));
  });

  test('a class', () => {
    const define = () => {
      // @ts-expect-error: the types refuse it, too
      @CachedLLM()
      class Service {}
      return Service;
    };
    expect(define).toThrow(isRefused('class'));
  });

  test('a method with an invalid option', () => {
    const define = () => {
      class Service {
        @CachedLLM('5 minutes' as '5m')
        async ask() {
          return 1;
        }
      }
      return Service;
    };
    expect(define).toThrow(expect.objectContaining({ code: 'INVALID_DURATION' }));
  });
});
