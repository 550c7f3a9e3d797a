import { describe, expect, test } from '@jest/globals';
import {
  type CachedLlmCall,
  type CallInfo,
  cachedLlmCall,
  createLlmCache,
} from '../../src/index.ts';

/** `true` where the two are the same type, and an error of the compiler where they are not. */
type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Fails to compile unless it is given `true`. */
function same<Proof extends true>(proof: Proof): void {
  expect(proof).toBe(true);
}

const cache = createLlmCache();
const options = { cache, provider: 'mine' } as const;

interface Recipe {
  readonly steps: number;
}
interface Schema<Value> {
  parse(text: string): Value;
}
const recipe: Schema<Recipe> = { parse: (text) => ({ steps: text.length }) };

function overloaded(prompt: string): Promise<string>;
function overloaded(prompt: string, options: { readonly json: true }): Promise<Recipe>;
async function overloaded(prompt: string, given?: { readonly json: true }) {
  return given === undefined ? prompt : recipe.parse(prompt);
}

describe('a function with overloads', () => {
  const ask = cachedLlmCall(overloaded, options);

  test('keeps them, with their own results', async () => {
    const text: string = await ask('a');
    const parsed: Recipe = await ask('ab', { json: true });
    expect([text, parsed]).toEqual(['a', { steps: 2 }]);
    // @ts-expect-error: no overload has this argument
    const wrong = () => ask('a', { json: false });
    // @ts-expect-error: the first overload returns a text
    const other = async (): Promise<Recipe> => ask('a');
    expect([wrong, other]).toHaveLength(2);
  });

  test('has them in what stands beside it, and with other options', async () => {
    const { response, info } = await ask.withInfo('abc', { json: true });
    same<Equal<typeof response, Recipe>>(true);
    same<Equal<typeof info, CallInfo>>(true);
    const peeked = await ask.peek('abc', { json: true });
    same<Equal<typeof peeked, Recipe | undefined>>(true);
    const other: string = await ask.with({ mode: 'refresh' })('a');
    expect([response, peeked, ask.keyOf('a') === ask.keyOf('a', { json: true }), other]).toEqual([
      { steps: 3 },
      { steps: 3 },
      false,
      'a',
    ]);
    // @ts-expect-error: no overload has this argument
    const wrong = () => ask.withInfo('a', { json: false });
    expect(wrong).toBeInstanceOf(Function);
  });
});

describe('a generic function', () => {
  async function extract<Value>(_schema: Schema<Value>, text: string): Promise<Value | undefined> {
    return JSON.parse(text) as Value; // what it is asked for
  }
  const ask = cachedLlmCall(extract, { ...options, key: (_schema, text) => text });

  test('keeps its type parameters', async () => {
    const found = await ask(recipe, '{"steps":1}');
    same<Equal<typeof found, Recipe | undefined>>(true);
    const again = await ask.with({ ttl: '1h' })(recipe, '{"steps":1}');
    same<Equal<typeof again, Recipe | undefined>>(true);
    expect([found, again]).toEqual([{ steps: 1 }, { steps: 1 }]);
  });

  test('has their constraints in what stands beside it, because no type of TypeScript can say more', async () => {
    const { response } = await ask.withInfo(recipe, '{"steps":1}');
    same<Equal<typeof response, unknown>>(true);
    expect(response).toEqual({ steps: 1 });
  });
});

/** Like the promise of an SDK: `withResponse` is not in what the cache returns. */
class ApiPromise<Value> extends Promise<Value> {
  async withResponse(): Promise<{ data: Value }> {
    return { data: await this };
  }
}
class EventStream<Chunk> {
  readonly controller = new AbortController();
  readonly #chunks: readonly Chunk[];
  constructor(chunks: readonly Chunk[]) {
    this.#chunks = chunks;
  }
  async *[Symbol.asyncIterator]() {
    yield* this.#chunks;
  }
}
function create(body: { readonly stream?: false }, retries?: number): ApiPromise<Recipe>;
function create(body: { readonly stream: true }, retries?: number): ApiPromise<EventStream<string>>;
function create(
  body: { readonly stream?: boolean },
  retries?: number,
): ApiPromise<Recipe | EventStream<string>>;
function create(body: { readonly stream?: boolean }): ApiPromise<never> {
  const answer = body.stream === true ? new EventStream(['a', 'b']) : { steps: 1 };
  return ApiPromise.resolve(answer) as ApiPromise<never>; // each overload has a result of its own
}

describe('a function that returns the promises and streams of an SDK', () => {
  const ask = cachedLlmCall(create, options);

  test('returns for each overload what a hit has, too', async () => {
    const whole = await ask({ stream: false });
    const streamed = await ask({ stream: true });
    const either = ask({ stream: Math.random() < 2 });
    same<Equal<typeof whole, Recipe>>(true);
    same<Equal<typeof streamed, AsyncIterable<string>>>(true);
    same<Equal<typeof either, Promise<Recipe | AsyncIterable<string>>>>(true);
    const chunks: string[] = [];
    for await (const chunk of streamed) chunks.push(chunk);
    expect([whole, chunks, await ask({})]).toEqual([{ steps: 1 }, ['a', 'b'], { steps: 1 }]);
  });

  test('promises nothing that a hit lacks', () => {
    // @ts-expect-error: a stored answer has no response of HTTP
    const raw = () => ask({}).withResponse();
    // @ts-expect-error: a stored stream has no controller
    const stop = async () => (await ask({ stream: true })).controller;
    // @ts-expect-error: no overload has this body
    const wrong = () => ask({ stream: 'yes' });
    expect([raw, stop, wrong]).toHaveLength(3);
  });
});

describe('an async generator', () => {
  async function* tell(this: void, story: string): AsyncGenerator<string, number, undefined> {
    yield* story;
    return story.length;
  }
  const ask = cachedLlmCall(tell, options);

  test('stays one, with what it returns after its chunks', async () => {
    same<Equal<ReturnType<typeof ask>, AsyncGenerator<string, number, undefined>>>(true);
    const outcomes: unknown[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const told = ask('ab');
      outcomes.push(await told.next(), await told.next(), await told.next(), await told.next());
    }
    const once = [
      { done: false, value: 'a' },
      { done: false, value: 'b' },
      { done: true, value: 2 },
      { done: true, value: undefined },
    ];
    expect(outcomes).toEqual([...once, ...once]);
    const { response, info } = await ask.withInfo('ab');
    same<Equal<typeof response, AsyncGenerator<string, number, undefined>>>(true);
    expect([await response.next(), info.outcome]).toEqual([{ done: false, value: 'a' }, 'hit']);
  });

  test('gives back what its caller leaves it with, as can a stream that is stored', async () => {
    async function* count(): AsyncGenerator<string, number | undefined, undefined> {
      yield 'one';
      yield 'two';
      return undefined;
    }
    const counting = cachedLlmCall(count, { ...options, name: 'count' });
    const paced = counting.with({ replay: 'recorded', sample: 1 });
    for (const each of [counting, paced]) for await (const _word of each());
    for (const told of [count(), counting(), (await paced.withInfo()).response, paced()]) {
      expect(await told.next()).toEqual({ done: false, value: 'one' });
      expect(await told.return(7)).toEqual({ done: true, value: 7 });
      expect(await told.next()).toEqual({ done: true, value: undefined });
    }
    const fresh = counting.with({ mode: 'refresh' })();
    expect([await fresh.next(), await fresh.return(8)]).toEqual([
      { done: false, value: 'one' },
      { done: true, value: 8 },
    ]);
  });

  test('can be left, and can be given an error, as can a stream that is stored', async () => {
    const kinds = [ask('xy'), ask('xy'), (await ask.withInfo('xz')).response];
    const paced = ask.with({ replay: 'recorded' });
    for await (const _chunk of paced('zz'));
    kinds.push(paced('zz'), (await paced.withInfo('zz')).response);
    for (const told of kinds) {
      expect(await told.next()).toMatchObject({ done: false });
      await expect(told.throw(new Error('enough'))).rejects.toThrow('enough');
      expect(await told.next()).toEqual({ done: true, value: undefined });
    }
  });
});

test('a function that returns the stream of a generator is read with and without `await`', async () => {
  async function* tell(story: string) {
    yield* story;
  }
  const ask = cachedLlmCall((story: string) => tell(story), { ...options, name: 'story' });
  same<Equal<ReturnType<typeof ask>, AsyncGenerator<string, void, unknown>>>(true);
  const chunks: string[] = [];
  for await (const chunk of ask('ab')) chunks.push(chunk);
  for await (const chunk of await ask('ab')) chunks.push(chunk);
  const told = ask('ab');
  const left = [await told.next(), await told.return(), await told.next()];
  expect([chunks.join(''), left.map(({ done }) => done)]).toEqual(['abab', [false, true, true]]);
});

test('the fields of a function are not those of the wrapped one', () => {
  const ask = cachedLlmCall(
    Object.assign(async (text: string) => text, { model: 'm' }),
    { ...options, name: 'fields' },
  );
  same<Equal<ReturnType<typeof ask>, Promise<string>>>(true);
  // @ts-expect-error: the wrapped function has no such field
  expect(ask.model).toBeUndefined();
});

test('a variable can have the type of a wrapped function', () => {
  const ask: CachedLlmCall<typeof overloaded> = cachedLlmCall(overloaded, options);
  const some: CachedLlmCall<(text: string) => Promise<string>> = cachedLlmCall(
    async (text: string) => text,
    { ...options, name: 'some' },
  );
  expect([ask, some]).toHaveLength(2);
});

test('an argument without a type, and a class, are refused', () => {
  const never = () => {
    // @ts-expect-error: an argument without a type takes anything
    cachedLlmCall(async (given) => given, options);
    // @ts-expect-error: a class is no function that can be called
    cachedLlmCall(EventStream, options);
  };
  expect(never).toBeInstanceOf(Function);
});
