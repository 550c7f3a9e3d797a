import { describe, expect, test } from '@jest/globals';
import { defaultAdapter } from '../../src/adapter.ts';
import { answerEach, type EachItemRules } from '../../src/cache/index.ts';
import { createLlmCache } from '../../src/index.ts';
import { policyForClient } from '../../src/options/index.ts';
import { ValueCodec } from '../../src/response/index.ts';

interface Answer {
  readonly letters: readonly string[];
  readonly usage?: { readonly input_tokens: number };
}

type Rules = EachItemRules<string, Answer>;

const rules = { adapter: defaultAdapter, admit: {} };

/** A provider that answers letters with capitals, a token each, with a cache in front of it. */
function trial({
  mode = 'read-write',
  cache = createLlmCache(),
  ...changes
}: Partial<Rules> & {
  mode?: 'read-write' | 'read-only' | 'replay';
  cache?: ReturnType<typeof createLlmCache>;
} = {}) {
  const asked: string[] = [];
  const story: string[] = [];
  for (const name of ['hit', 'miss', 'stored', 'collapsed', 'bypass', 'not-admitted'] as const)
    cache.on(name, (event) => story.push('reason' in event ? `${name} ${event.reason}` : name));
  const answer = (letters: readonly string[]) => {
    asked.push(letters.join(''));
    return {
      letters: letters.map((letter) => letter.toUpperCase()),
      usage: { input_tokens: letters.length },
    };
  };
  const run = (letters: string) =>
    answerEach<string, Answer>(cache.pipeline, [...letters], {
      callFor: (letter) => ({
        identity: { provider: 'test', operation: 'spell', request: { letter } },
        policy: { ...policyForClient(cache.policy, {}), mode },
        codec: new ValueCodec({ rules, request: { letter } }) as never, // of values of any type
      }),
      ask: async (missing) => answer(missing),
      split: ({ letters: given }, missing) =>
        given.length === missing.length
          ? given.map((letter) => ({ letters: [letter] }))
          : { rejection: 'incomplete', usage: { inputTokens: missing.length } },
      join: (parts, wholes) => ({
        letters: parts.flatMap((part) => part.letters),
        ...(wholes[0]?.usage && { usage: wholes[0].usage }),
      }),
      invokeUncached: async () => answer([...letters]),
      ...changes,
    });
  return { cache, asked, story, run };
}

const short = async (letters: readonly string[]) => ({ letters: letters.slice(1).map(String) });

describe('many items in one call', () => {
  test('are asked for in one call where they are missing, and answered in their order', async () => {
    const { asked, run } = trial();
    await run('a');
    expect(await run('cab')).toEqual({ letters: ['C', 'A', 'B'], usage: { input_tokens: 2 } });
    expect(asked).toEqual(['a', 'cb']);
  });

  test('are answered without a call where none is missing', async () => {
    const { asked, run } = trial();
    await run('a');
    expect(await run('aa')).toEqual({ letters: ['A', 'A'] });
    expect(asked).toEqual(['a']);
  });

  test('are asked for in their order, and their answer is returned as it came', async () => {
    const whole = { letters: ['C', 'A'], id: 'as it came' };
    const lists: unknown[] = [];
    const ask = async (letters: readonly string[]) => {
      lists.push(letters);
      return whole;
    };
    expect(await trial({ ask }).run('ca')).toBe(whole);
    expect(lists).toEqual([['c', 'a']]);
  });

  test('fail together with the error of the provider', async () => {
    const failure = new Error('Down.');
    const ask = () => Promise.reject(failure);
    await expect(trial({ ask }).run('bc')).rejects.toBe(failure);
  });

  test('are asked for once where the provider is behind the same cache itself', async () => {
    const { cache, asked, run: inner } = trial();
    const { run } = trial({ cache, ask: (letters) => inner(letters.join('')) });
    expect(await run('abc')).toMatchObject({ letters: ['A', 'B', 'C'] });
    expect(asked).toEqual(['abc']);
    expect(await inner('cb')).toEqual({ letters: ['C', 'B'] });
    expect(asked).toEqual(['abc']);
  });
});

describe('a request for many items', () => {
  const { objectContaining } = expect;

  /** The one request that was counted, and the events that say so. */
  function counted() {
    const given = trial({ cache: createLlmCache({ priceOf: () => undefined }) });
    const batches: unknown[] = [];
    const items: unknown[] = [];
    given.cache.on('batch', (event) => batches.push(event));
    for (const name of ['hit', 'miss'] as const)
      given.cache.on(name, ({ item }) => items.push([name, item?.index, item?.of]));
    return { ...given, batches, items };
  }

  test('is one request, with its items beside it', async () => {
    const { cache, run, batches } = counted();
    await run('abcd');
    await run('abcd');
    await run('abcx');
    expect(cache.stats()).toMatchObject({
      ...{ requests: 3, hits: 1, misses: 2, hitRate: 1 / 3 },
      batches: { requests: 3, items: 12, hits: 7, misses: 5, hitRate: 7 / 12 },
      time: { cached: { count: 1 }, uncached: { count: 2 } },
    });
    expect(batches).toEqual([
      objectContaining({ outcome: 'miss', items: 4, hits: 0, misses: 4 }),
      objectContaining({ outcome: 'hit', items: 4, hits: 4, misses: 0 }),
      objectContaining({ outcome: 'miss', items: 4, hits: 3, misses: 1 }),
    ]);
    expect(await cache.summary()).toContain('3 of 12 items: 7 hits');
  });

  test('has events of its items, which say which item of it they are about', async () => {
    const { run, items } = counted();
    await run('a');
    await run('ab');
    expect(items).toEqual([
      ['miss', undefined, undefined],
      ['hit', 0, 2],
      ['miss', 1, 2],
    ]);
  });

  test('is one call of unknown price, and saves one where all its items are stored', async () => {
    const { cache, run } = counted();
    await run('abcd');
    await run('abcd');
    const one = { usd: undefined, unpriced: 1 };
    expect(cache.stats().cost).toEqual({ spent: one, saved: one });
  });

  test('would have taken as long as the call that answered all its items did', async () => {
    let now = Date.UTC(2026, 0, 1);
    const cache = createLlmCache({ now: () => now });
    const ask = async (letters: readonly string[]) => {
      now += 100 * letters.length;
      return { letters };
    };
    const { run } = trial({ cache, ask });
    const took: unknown[] = [];
    cache.on('batch', (event) => took.push(event.took));
    await run('abcd');
    await run('xy');
    await run('z');
    for (const letters of ['abcd', 'ab', 'abxz', 'zx']) await run(letters);
    expect(took).toEqual([undefined, undefined, 400, 200, 200, 100]);
  });

  test('that fails is a miss', async () => {
    const { cache, run } = trial({ ask: () => Promise.reject(new Error('Down.')) });
    await run('ab').catch(() => {});
    await new Promise(setImmediate);
    expect(cache.stats()).toMatchObject({ requests: 1, misses: 1, batches: { misses: 2 } });
  });

  test('is counted once where all of it is asked for anew, and as a bypass where it is not stored', async () => {
    const cache = createLlmCache();
    const join: Rules['join'] = () => undefined;
    await trial({ cache, join }).run('a');
    await trial({ cache, join }).run('ab');
    expect(cache.stats()).toMatchObject({ requests: 2, misses: 2 });
    await trial({ cache, join, mode: 'read-only' }).run('aa');
    expect(cache.stats()).toMatchObject({ requests: 3, bypasses: 1 });
  });
});

describe('an answer that has not one part for each item', () => {
  test('is returned as it came to the caller of all these items, and is not stored', async () => {
    const { run, story } = trial({ ask: short });
    expect(await run('bc')).toEqual({ letters: ['c'] });
    expect(story).toEqual(['miss', 'miss', 'not-admitted incomplete', 'not-admitted incomplete']);
  });

  test('counts once what it used', async () => {
    const { cache, run } = trial({ ask: short });
    await run('bcd');
    expect(cache.stats().tokens.spent).toMatchObject({ input: 3 });
  });

  test('is not served where it answers a part of the items: all of them are asked for anew', async () => {
    let isShort = false;
    const asked: string[] = [];
    const ask = async (letters: readonly string[]) => {
      asked.push(letters.join(''));
      const answer = letters.map((letter) => letter.toUpperCase());
      return { letters: isShort && letters.length < 3 ? answer.slice(1) : answer };
    };
    const { run } = trial({ ask });
    await run('a');
    isShort = true;
    expect(await run('abc')).toEqual({ letters: ['A', 'B', 'C'] });
    expect(asked).toEqual(['a', 'bc', 'abc']);
  });

  test('is not served to another call that waited for one item of it', async () => {
    const asked: string[] = [];
    const ask = async (letters: readonly string[]) => {
      asked.push(letters.join(''));
      return { letters: letters.length > 1 ? ['one'] : ['own'] };
    };
    const { run } = trial({ ask });
    // Both look `b` up in the same turn; the second one waits for the call of the first.
    expect(await Promise.all([run('ab'), run('b')])).toEqual([
      { letters: ['one'] },
      { letters: ['own'] },
    ]);
    expect(asked).toEqual(['ab', 'b']);
  });

  test('makes no call fail that cannot be taken apart', async () => {
    const split = () => {
      throw new Error('It has another form.');
    };
    expect(await trial({ split }).run('ab')).toMatchObject({ letters: ['A', 'B'] });
  });
});

describe('parts that do not fit together', () => {
  /** The parts of two calls do not fit together. */
  const join: Rules['join'] = () => undefined;

  test('are asked for anew, in one call, and replace what is stored', async () => {
    const { asked, run } = trial({ join });
    await run('a');
    expect(await run('ab')).toMatchObject({ letters: ['A', 'B'] });
    expect(asked).toEqual(['a', 'b', 'ab']);
  });

  test('save nothing, because all of them are paid for once more, and parts that fit are saved', async () => {
    const split: Rules['split'] = ({ letters }) =>
      letters.map((letter) => ({ letters: [letter], usage: { input_tokens: 1 } }));
    const anew = trial({ split, join });
    await anew.run('a');
    await anew.run('ab');
    expect(anew.cache.stats().tokens).toMatchObject({ saved: { input: 0 }, spent: { input: 4 } });
    const fitting = trial({ split });
    await fitting.run('a');
    await fitting.run('ab');
    expect(fitting.cache.stats().tokens).toMatchObject({
      saved: { input: 1 },
      spent: { input: 2 },
    });
  });

  test('that are stored save nothing where the call for the others fails', async () => {
    const split: Rules['split'] = ({ letters }) =>
      letters.map((letter) => ({ letters: [letter], usage: { input_tokens: 1 } }));
    const ask: Rules['ask'] = async (letters) => {
      if (letters.includes('b')) throw new Error('Down.');
      return { letters: [...letters] };
    };
    const { cache, run } = trial({ split, ask });
    await run('a');
    await run('ab').catch(() => {});
    await new Promise(setImmediate);
    expect(cache.stats().tokens.saved).toMatchObject({ input: 0 });
  });

  test('are asked for as the caller asked, and not stored, in read-only mode', async () => {
    const { asked, run, story } = trial({ join, mode: 'read-only' });
    expect(await run('aa')).toMatchObject({ letters: ['A', 'A'] });
    expect(asked).toEqual(['a', 'aa']);
    expect(story).not.toContain('stored');
  });

  test('are an error in replay mode, which never calls', async () => {
    const { cache, run, asked } = trial({ join, mode: 'replay' });
    for (const letter of ['a', 'b']) {
      const identity = { provider: 'test', operation: 'spell', request: { letter } };
      await cache.set(identity, { letters: [letter] });
    }
    await expect(run('ab')).rejects.toThrow('another model has answered');
    expect(asked).toEqual([]);
  });
});
