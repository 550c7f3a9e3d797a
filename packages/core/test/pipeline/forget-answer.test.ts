import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall, createLlmCache, infoOf, invalidateAnswer } from '../../src/index.ts';

interface Reply {
  readonly text: string;
}

/** A function that counts its calls, and its cached form. */
function trial(options: object = {}) {
  const cache = createLlmCache();
  let calls = 0;
  const ask = cachedLlmCall(
    async (text: string): Promise<Reply> => {
      calls += 1;
      return { text };
    },
    { cache, name: 'ask', ...options },
  );
  return { cache, ask, calls: () => calls };
}

describe('infoOf', () => {
  test('says of a response what withInfo says of it, and shows nothing in it', async () => {
    const { ask } = trial();
    for (const outcome of ['miss', 'hit']) {
      const { response, info } = await ask.withInfo('a');
      const { stored, ...about } = info;
      expect([infoOf(response), about.outcome, stored]).toEqual([about, outcome, true]);
      expect(Reflect.ownKeys(response)).toEqual(['text']);
    }
    expect(infoOf(await ask('a'))).toMatchObject({ outcome: 'hit', key: ask.keyOf('a') });
  });

  test('says it of each caller, and of a call that bypassed the cache', async () => {
    const { ask } = trial({ when: (text: string) => text !== 'never' });
    const [first, second] = await Promise.all([ask('a'), ask('a')]);
    expect([infoOf(first)?.collapsed, infoOf(second)?.collapsed]).toEqual([false, true]);
    expect(infoOf(await ask('never'))).toMatchObject({ outcome: 'bypass', reason: 'when' });
    expect(infoOf(await ask.with({ mode: 'off' })('a'))).toMatchObject({ reason: 'off' });
  });

  test('knows nothing of a copy, of a text and of what came from no cached call', async () => {
    const { ask } = trial();
    const reply = await ask('a');
    const others = [{ ...reply }, structuredClone(reply), reply.text, {}, null, undefined, ask];
    expect(others.map(infoOf)).toEqual(others.map(() => undefined));
  });

  test('knows the streams of generators, of functions and of withInfo', async () => {
    async function* tell(text: string) {
      yield* text;
    }
    const { cache } = trial();
    const generated = cachedLlmCall(tell, { cache });
    const returned = cachedLlmCall((text: string) => tell(text), { cache, name: 'returned' });
    for (const outcome of ['miss', 'hit']) {
      const told = generated('a');
      expect(infoOf(told)).toBeUndefined();
      for await (const _chunk of told);
      const promised = returned('a');
      for await (const _chunk of promised);
      const { response } = await generated.withInfo('b');
      for await (const _chunk of response);
      const seen = [told, promised, response].map((each) => infoOf(each)?.outcome);
      expect(seen).toEqual([outcome, outcome, outcome]);
    }
  });
});

describe('infoOf of an object that was made of responses', () => {
  test('runs no getter, and knows the parts and the lists that SDKs take over', async () => {
    const { ask } = trial();
    const [a, b] = [await ask('a'), await ask('b')];
    let runs = 0;
    const lazy = {
      get response() {
        runs += 1;
        return a;
      },
    };
    expect([infoOf(lazy), runs]).toEqual([undefined, 0]);
    expect(infoOf({ response: a })?.key).toBe(ask.keyOf('a'));
    const both = { steps: [{ response: a }, { response: b }] };
    expect([infoOf(both)?.outcome, infoOf(both)?.key]).toEqual(['miss', undefined]);
    expect(await invalidateAnswer(both)).toBe(true);
    expect([await ask.peek('a'), await ask.peek('b')]).toEqual([undefined, undefined]);
  });

  test('knows what was read and written by hand', async () => {
    const { cache } = trial();
    const identity = { provider: 'p', request: { prompt: 'a' } };
    const given = { text: 'a' };
    expect(infoOf(await cache.get(identity))).toBeUndefined();
    await cache.set(identity, given);
    const read = await cache.get(identity);
    expect([infoOf(given)?.outcome, infoOf(read)?.outcome]).toEqual(['miss', 'hit']);
    expect(await invalidateAnswer(read)).toBe(true);
    expect(await cache.get(identity)).toBeUndefined();
  });
});

describe('invalidateAnswer', () => {
  test('removes the entry that a response came from, whether it was a miss, a hit or joined', async () => {
    const { ask, calls } = trial();
    const [first, joined] = await Promise.all([ask('a'), ask('a')]);
    expect(await invalidateAnswer(first)).toBe(true);
    expect(infoOf(await ask('a'))?.outcome).toBe('miss');
    expect(await invalidateAnswer(joined)).toBe(true);
    expect(infoOf(await ask('a'))?.outcome).toBe('miss');
    expect(await invalidateAnswer(await ask('a'))).toBe(true);
    await ask('a');
    expect([await ask.peek('b'), calls()]).toEqual([undefined, 4]);
  });

  test('ends a retry that a stored bad answer would make useless', async () => {
    const cache = createLlmCache();
    const drafts = ['bad', 'worse', 'good'];
    const draft = async (_topic: string) => ({ text: drafts.shift() });
    const ask = cachedLlmCall(draft, { cache });
    let answer = await ask('salt');
    while (answer.text !== 'good') {
      await invalidateAnswer(answer);
      answer = await ask('salt');
    }
    expect([await ask('salt'), drafts]).toEqual([{ text: 'good' }, []]);
  });

  test('removes the entries of both caches that a response passed', async () => {
    const inner = trial();
    const outer = cachedLlmCall((text: string) => inner.ask(text), {
      cache: createLlmCache(),
      name: 'outer',
    });
    expect(await invalidateAnswer(await outer('a'))).toBe(true);
    await outer('a');
    expect(inner.calls()).toBe(2);
  });

  test('is true where nothing is stored, and false where the store cannot be written', async () => {
    const { ask } = trial({ mode: 'off' });
    expect(await invalidateAnswer(await ask('a'))).toBe(true);
    const store = new Map<string, unknown>();
    let isBroken = false;
    const broken = {
      get: (key: string) => store.get(key),
      set: (key: string, value: unknown) => {
        if (isBroken) throw new Error('read-only');
        store.set(key, value);
      },
      delete: () => {
        throw new Error('read-only');
      },
    };
    const cache = createLlmCache({ store: broken as unknown as Map<string, unknown> });
    const other = cachedLlmCall(async (text: string) => ({ text }), { cache, provider: 'p' });
    const { response } = await other.withInfo('a');
    isBroken = true;
    expect(await invalidateAnswer(response)).toBe(false);
  });

  test.each<[string, unknown, string]>([
    ['a text', 'text', 'a string'],
    ['a number', 7, 'a number'],
    ['null', null, 'null'],
    ['another object', {}, 'an instance of Object'],
    ['a promise', Promise.resolve({}), 'a promise, which has to be awaited'],
  ])('refuses %s, and says what to do', async (_what, given, named) => {
    await expect(invalidateAnswer(given)).rejects.toMatchObject({
      code: 'NOT_AN_ANSWER',
      message: expect.stringContaining(`invalidateAnswer was given ${named}`),
    });
  });
});
