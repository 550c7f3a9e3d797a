import { describe, expect, test } from '@jest/globals';
import Keyv from 'keyv';
import { Keyv as Keyv6 } from 'keyv-6';
import {
  CachedLLM,
  type CallInfo,
  cachedLlmCall,
  createLlmCache,
  type Duration,
  type LlmCache,
} from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';

/** `true` where the two are the same type, and an error of the compiler where they are not. */
type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Fails to compile unless it is given `true`. */
function same<Proof extends true>(proof: Proof): void {
  expect(proof).toBe(true);
}

interface Question {
  readonly prompt: string;
}
interface Reply {
  text: string;
}

const cache = createLlmCache();
const options = { cache, provider: 'mine' } as const;
const reply = async (_question: Question, _retries = 3): Promise<Reply> => ({ text: '' });

describe('the types of a wrapped function', () => {
  const ask = cachedLlmCall(reply, options);

  test('are those of the function itself', () => {
    same<Equal<Parameters<typeof ask>, [_question: Question, _retries?: number | undefined]>>(true);
    same<Equal<ReturnType<typeof ask>, Promise<Reply>>>(true);
    same<Equal<ThisParameterType<typeof ask>, unknown>>(true);
  });

  test('are the same for its own functions', () => {
    same<Equal<Awaited<ReturnType<typeof ask.withInfo>>['response'], Reply>>(true);
    same<Equal<Awaited<ReturnType<typeof ask.withInfo>>['info'], CallInfo>>(true);
    same<Equal<Parameters<typeof ask.withInfo>, Parameters<typeof ask>>>(true);
    same<Equal<Parameters<typeof ask.keyOf>, Parameters<typeof ask>>>(true);
    same<Equal<ReturnType<typeof ask.keyOf>, string | undefined>>(true);
    same<Equal<ReturnType<typeof ask.peek>, Promise<Reply | undefined>>>(true);
    same<Equal<ReturnType<typeof ask.invalidate>, Promise<boolean>>>(true);
    const other = ask.with({ ttl: '1h' });
    same<Equal<typeof other, typeof ask>>(true);
  });

  test('a function that returns at once returns a promise', () => {
    const now = cachedLlmCall((text: string) => text.length, options);
    same<Equal<ReturnType<typeof now>, Promise<number>>>(true);
  });

  test('a function that returns a value or a promise returns a promise', () => {
    const either = cachedLlmCall((text: string): number | Promise<number> => text.length, options);
    same<Equal<ReturnType<typeof either>, Promise<number>>>(true);
  });

  test('allow optional and rest arguments', () => {
    const many = cachedLlmCall(async (_a: string, _b?: number, ..._rest: Date[]) => true, options);
    same<Equal<Parameters<typeof many>, [_a: string, _b?: number | undefined, ..._rest: Date[]]>>(
      true,
    );
  });

  test('refuse other arguments', () => {
    const never = () => {
      // @ts-expect-error: the prompt is missing
      void ask({});
      // @ts-expect-error: a text is not a question
      void ask('text');
      // @ts-expect-error: the question is missing
      void ask();
      // @ts-expect-error: the same for its own functions
      void ask.keyOf('text');
      // @ts-expect-error: the same for other options
      void ask.with({ ttl: '1h' })('text');
    };
    expect(never).toBeInstanceOf(Function);
  });
});

describe('the type of `this`', () => {
  interface Service {
    readonly url: string;
  }
  async function fetchFrom(this: Service, path: string): Promise<string> {
    return `${this.url}${path}`;
  }

  test('is that of the function, also in the key and in the predicate', async () => {
    const ask = cachedLlmCall(fetchFrom, {
      cache,
      key(path) {
        same<Equal<typeof path, string>>(true);
        same<Equal<typeof this, Service>>(true);
        return [this.url, path];
      },
      when(path) {
        same<Equal<typeof path, string>>(true);
        same<Equal<typeof this, Service>>(true);
        return true;
      },
    });
    same<Equal<ThisParameterType<typeof ask>, Service>>(true);
    expect(await ask.call({ url: 'a' }, '/b')).toBe('a/b');
    // @ts-expect-error: this object is not a service
    const wrong = () => ask.call({ uri: 'a' }, '/b');
    expect(wrong).toBeInstanceOf(Function);
  });
});

describe('the types of a stream', () => {
  test('are those of an async generator, else an async iterable of the same chunks', () => {
    async function* generate(_prompt: string) {
      yield 1;
    }
    const generated = cachedLlmCall(generate, options);
    same<Equal<ReturnType<typeof generated>, AsyncGenerator<number, void, unknown>>>(true);
    const opened = cachedLlmCall(
      async (_prompt: string): Promise<ReadableStream<string>> => new ReadableStream(),
      options,
    );
    same<Equal<ReturnType<typeof opened>, Promise<AsyncIterable<string>>>>(true);
  });

  test('are distinguished where a function returns a stream or a value', () => {
    const either = cachedLlmCall(
      async (_stream: boolean): Promise<Reply | AsyncIterable<string>> => ({ text: '' }),
      options,
    );
    same<Equal<ReturnType<typeof either>, Promise<Reply | AsyncIterable<string>>>>(true);
  });
});

describe('the types of the options', () => {
  test('a duration is a number or carries its unit', () => {
    const good: Duration[] = ['30m', '1.5h', '500ms', 1000];
    // @ts-expect-error: no unit
    const digits: Duration = '3600';
    // @ts-expect-error: the unit is unknown
    const words: Duration = '5 minutes';
    expect([good, digits, words]).toBeDefined();
  });

  test('refuse a value that an option cannot have', () => {
    const never = () => {
      // @ts-expect-error: the mode is unknown
      cachedLlmCall(reply, { cache, mode: 'readwrite' });
      // @ts-expect-error: the option is unknown
      cachedLlmCall(reply, { cache, timeToLive: '1h' });
      // @ts-expect-error: the key has other arguments
      cachedLlmCall(reply, { cache, key: (question: number) => question });
      // @ts-expect-error: the reason is unknown
      cachedLlmCall(reply, { cache, admit: { tooLong: true } });
      // @ts-expect-error: the value is not a store
      createLlmCache({ store: 7 });
      // @ts-expect-error: the selection is empty
      void cache.invalidate({ name: 'x' });
      // @ts-expect-error: the event is unknown
      cache.on('hits', () => {});
    };
    expect(never).toBeInstanceOf(Function);
  });

  test('take every kind of store', () => {
    const caches: LlmCache[] = [
      createLlmCache({ store: new Keyv() }),
      createLlmCache({ store: new Keyv6() }),
      createLlmCache({ store: new Map<string, string>() }),
      createLlmCache({ store: new Map() }),
      createLlmCache({ store: new MemoryStore() }),
      createLlmCache({ store: 'memory:' }),
    ];
    expect(caches).toHaveLength(6);
  });

  test('an event has the fields of its name', () => {
    const stop = [
      cache.on('hit', (event) => same<Equal<typeof event.age, number>>(true)),
      cache.on('stored', (event) => same<Equal<typeof event.bytes, number>>(true)),
      cache.on('bypass', (event) => same<Equal<typeof event.provider, string>>(true)),
    ];
    for (const end of stop) end();
  });
});

describe('the types of a decorated method', () => {
  class Service {
    readonly url = 'a';

    @CachedLLM('1h')
    async plain(path: string): Promise<string> {
      return `${this.url}${path}`;
    }

    @CachedLLM({
      cache,
      key(this: Service, path: string) {
        return [this.url, path];
      },
    })
    async keyed(path: string): Promise<string> {
      return path;
    }

    @CachedLLM({ cache })
    async *stream(path: string) {
      yield path;
    }

    @CachedLLM({ cache })
    async generic<Value>(value: Value): Promise<Value> {
      return value;
    }
  }

  test('are those of the method', () => {
    same<Equal<Service['plain'], (path: string) => Promise<string>>>(true);
    same<Equal<ReturnType<Service['stream']>, AsyncGenerator<string, void, unknown>>>(true);
    same<Equal<Service['generic'], <Value>(value: Value) => Promise<Value>>>(true);
  });

  test('refuse a method that returns no promise', () => {
    class Wrong {
      // @ts-expect-error: a decorated method must return a promise
      @CachedLLM({ cache })
      ask(path: string): string {
        return path;
      }
    }
    expect(Wrong).toBeInstanceOf(Function);
  });
});
