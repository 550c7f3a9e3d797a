import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, jest, test } from '@jest/globals';
import { type Adapter, defaultAdapter } from '../../src/adapter.ts';
import { CachedLLM, cachedLlmCall, createLlmCache, type FunctionOptions } from '../../src/index.ts';
import { settled, startTrial } from '../trial.ts';

const adapter: Adapter = { ...defaultAdapter, provider: 'mine' };

type Ask = (question: string) => Promise<string>;

class First {
  async ask(question: string) {
    return `first ${question}`;
  }
}

class Second {
  async ask(question: string) {
    return `second ${question}, by other code`;
  }
}

const [first, second] = [new First(), new Second()];

function withRetry(fn: Ask): Ask {
  return async function retried(...args) {
    try {
      return await fn(...args);
    } catch {
      return fn(...args);
    }
  };
}

/** As Babel compiles async functions, and as lodash and jest pass arguments on. */
function forwarded(fn: Ask): Ask {
  return function ask(this: unknown) {
    // biome-ignore lint/complexity/noArguments: compiled code uses them
    return fn.apply(this, arguments as unknown as [string]);
  };
}

function traced(fn: Ask): Ask {
  const a = fn;
  const ask: Ask = (q) => a(q);
  return ask;
}

const promisified = (text: string): Ask => {
  function ask(question: string, done: (error: null, answer: string) => void) {
    done(null, text + question);
  }
  return promisify(ask);
};

const through =
  (wrap: (fn: Ask) => Ask): (() => Ask[]) =>
  () => [wrap(first.ask), wrap(second.ask)];

const SILENT: readonly (readonly [string, () => Ask[]])[] = [
  ['bound methods', () => [first.ask.bind(first), second.ask.bind(second)]],
  ['Proxies', through((fn) => new Proxy(fn, {}))],
  ['Proxies of bound functions', through((fn) => new Proxy(fn.bind(undefined), {}))],
  ['what a retry returns', through(withRetry)],
  ['what a retry of a retry returns', through((fn) => withRetry(withRetry(fn)))],
  ['what passes `arguments` on', through(forwarded)],
  ['minified wrappers', through(traced)],
  ['mock functions', through((fn) => jest.fn(fn))],
  ['promisified functions', () => [promisified('first '), promisified('second ')]],
  ['cached functions', through((fn) => cachedLlmCall(fn, { cache: createLlmCache() }))],
];

describe.each(SILENT)('%s, whose code does not say who answers', (_what, make) => {
  test.each<[string, Pick<FunctionOptions, 'version' | 'adapter'>]>([
    ['no options', {}],
    ['a version', { version: '1' }],
    ['an adapter', { adapter }],
  ])('do not share answers in the memory of one process, with %s', async (_options, options) => {
    const { cache } = startTrial();
    const [one, other] = make().map((fn) => cachedLlmCall(fn, { ...options, cache }));
    expect(await one?.('q')).toMatch(/^first/);
    await settled();
    expect(await other?.('q')).toMatch(/^second/);
    expect(await one?.('q')).toMatch(/^first/);
    expect(cache.stats()).toMatchObject({ misses: 2, hits: 1 });
  });

  test('are refused on a store that others may share, unless they have a name', async () => {
    const { cache } = startTrial({ store: new Map() });
    for (const options of [{}, { version: '1' }, { adapter }]) {
      const define = () => make().map((fn) => cachedLlmCall(fn, { ...options, cache }));
      expect(define).toThrow(expect.objectContaining({ code: 'ANONYMOUS_FUNCTION' }));
      expect(define).toThrow("{ name: 'my-prompt' }");
    }
    const [one, other] = make().map((fn, index) => {
      return cachedLlmCall(fn, { cache, name: `prompt ${index}` });
    });
    expect(await one?.('q')).toMatch(/^first/);
    expect(await other?.('q')).toMatch(/^second/);
    expect(make().map((fn) => cachedLlmCall(fn, { cache, provider: 'mine' }))).toHaveLength(2);
  });
});

describe('a function object', () => {
  test('shares its answers with itself, where its code does not say who answers', async () => {
    const { cache } = startTrial();
    const bound = first.ask.bind(first);
    const [one, again] = [bound, bound].map((fn) => cachedLlmCall(fn, { cache }));
    await one?.('q');
    await settled();
    expect((await again?.withInfo('q'))?.info.outcome).toBe('hit');
  });

  test('is read by its code, whatever its own toString says', () => {
    const { cache } = startTrial();
    const keys = [first.ask, second.ask].map((method) => {
      const fn = Object.assign(method, { toString: () => 'async ask() {}' });
      return cachedLlmCall(fn, { cache }).keyOf('q');
    });
    expect(keys[0]).not.toBe(keys[1]);
  });

  test('is distinguished by the code of its `key`', () => {
    const { cache } = startTrial();
    const ask = async function ask(question: { id: string; text: string }) {
      return question.text;
    };
    const byId = cachedLlmCall(ask, { cache, key: ({ id }) => id });
    const byText = cachedLlmCall(ask, { cache, key: ({ text }) => text });
    const question = { id: '1', text: '1' };
    expect(byId.keyOf(question)).not.toBe(byText.keyOf(question));
  });
});

describe.each<[string, (this: unknown, question: string, ...rest: string[]) => Promise<string>]>([
  [
    'names a rest parameter and builds its request from it',
    async (question, ...messages) => JSON.stringify({ messages: [question, ...messages] }),
  ],
  [
    'awaits a helper of compiled code',
    function (question) {
      // biome-ignore lint/complexity/noArguments: compiled code uses them
      return __awaiter(this, arguments, async () => question);
    },
  ],
  ['speaks of arguments in its prompt', async (q) => `List the arguments (all arguments) for ${q}`],
  ['calls a function with its own request', async (question) => template(question)],
])('a function that %s', (_what, fn) => {
  test('has an identity of its own on every store', () => {
    Object.defineProperty(fn, 'name', { value: 'ask' });
    const keys = [1, 2].map(() =>
      cachedLlmCall(fn, { cache: createLlmCache({ store: new Map() }) }).keyOf('q'),
    );
    expect(keys[0]).toBe(keys[1]);
  });
});

test('`version` is in the key beside the code', async () => {
  const { cache } = startTrial();
  const [one, other] = [first.ask, second.ask].map((fn) =>
    cachedLlmCall(fn, { cache, version: '1' }),
  );
  expect([await one?.('q'), await other?.('q')]).toEqual(['first q', 'second q, by other code']);
});

describe('two living functions of one name and one code', () => {
  const make = (model: string) =>
    async function ask(question: string) {
      return `${model}: ${question}`;
    };

  function warnings() {
    const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    return {
      messages: async () => {
        await settled(); // the words are loaded when they are needed
        return emit.mock.calls.map(([message]) => String(message));
      },
      [Symbol.dispose]: () => emit.mockRestore(),
    };
  }

  test('get one warning, which names them and the remedy', async () => {
    using warned = warnings();
    const { cache } = startTrial();
    const functions = ['small', 'large', 'huge'].map(make);
    for (const fn of functions) cachedLlmCall(fn, { cache });
    const [message, ...others] = await warned.messages();
    expect(others).toEqual([]);
    for (const part of ['"ask"', '{ name:', '`key`']) expect(message).toContain(part);
  });

  test('get none where the user says in `name` or `key` which requests are one', async () => {
    using warned = warnings();
    const { cache } = startTrial();
    const named = ['small', 'large'].map((name) => cachedLlmCall(make(name), { cache, name }));
    const keyed = ['small', 'large'].map((model) =>
      cachedLlmCall(make(model), { cache, key: (question) => [model, question] }),
    );
    for (const [one, other] of [named, keyed]) {
      expect([await one?.('q'), await other?.('q')]).toEqual(['small: q', 'large: q']);
    }
    expect(await warned.messages()).toEqual([]);
  });

  test('get none where one function is wrapped twice, or where they are in two caches', async () => {
    using warned = warnings();
    const fn = make('small');
    const { cache } = startTrial();
    for (const each of [cache, cache, startTrial().cache]) cachedLlmCall(fn, { cache: each });
    cachedLlmCall(make('large'), { cache: startTrial().cache });
    expect(await warned.messages()).toEqual([]);
  });

  test('get one for methods of two classes of one name, and none for those of two names', async () => {
    using warned = warnings();
    const { cache } = startTrial();
    const classOf = (model: string) => {
      class Bot {
        @CachedLLM({ cache })
        async say(question: string) {
          return `${model}: ${question}`;
        }
      }
      return Bot;
    };
    await new (classOf('small'))().say('q');
    class Other extends classOf('small') {}
    await new Other().say('q');
    expect(await warned.messages()).toEqual([]);
    await new (classOf('large'))().say('q');
    expect(await warned.messages()).toEqual([expect.stringContaining('"Bot.say"')]);
  });
});

/** The garbage collector, which Node shows to a context that is made after the flag. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void; // it is what the flag exposes
}

test('a function that is made anew for each request is not held in memory', async () => {
  const { cache } = startTrial();
  const made = Array.from({ length: 3_000 }, (_none, index) => {
    const ask = async (question: string) => `${question} ${index}`;
    const cached = cachedLlmCall(ask, { cache, provider: 'mine', key: (question) => question });
    return { cached: new WeakRef(cached), ask: new WeakRef(ask) };
  });
  const collectGarbage = garbageCollector();
  for (const _round of [1, 2]) {
    await settled(); // a WeakRef holds its target until the job ends
    collectGarbage();
  }
  const alive = made.filter(({ cached, ask }) => cached.deref() ?? ask.deref());
  expect(alive.length).toBeLessThan(10);
});

async function __awaiter(_owner: unknown, _given: IArguments, run: () => Promise<string>) {
  return run();
}

async function template(question: string) {
  return question;
}
