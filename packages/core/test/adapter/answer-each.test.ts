import { describe, expect, test } from '@jest/globals';
import { answerEach, type EachItemRules } from '../../src/adapter/batch.ts';

type Rules = EachItemRules<string, string, string>;

const own = () => new AbortController().signal;
const stored: Readonly<Record<string, string>> = { a: 'A' };

/** Upper case, from what is stored or from a provider that takes `a,b`. */
function trial(changes: Partial<Rules> = {}) {
  const asked: string[] = [];
  const rules: Rules = {
    answer: async (item, ask) => stored[item] ?? ask(own()),
    ask: async (items) => {
      asked.push(items.join());
      return items.join().toUpperCase();
    },
    split: (whole, items) => (whole === 'SHORT' ? undefined : whole.split(',', items.length)),
    join: (parts) => parts.join(),
    bypass: async () => 'as it was asked',
    ...changes,
  };
  return { asked, run: (...items: string[]) => answerEach(items, rules) };
}

test('what is missing is asked for at once, and all is joined in its order', async () => {
  const { asked, run } = trial();
  expect(await run('c', 'a', 'b')).toBe('C,A,B');
  expect(asked).toEqual(['c,b']);
});

test('nobody is asked where nothing is missing', async () => {
  const { asked, run } = trial();
  expect(await run('a', 'a')).toBe('A,A');
  expect(asked).toEqual([]);
});

describe('an answer that has not one part for each item', () => {
  const ask = async () => 'SHORT';

  test('is given whole to the caller of all these items', async () => {
    expect(await trial({ ask }).run('b', 'c')).toBe('SHORT');
  });

  test('is nobody’s where it was for a part of them: the call is made as it was', async () => {
    expect(await trial({ ask }).run('a', 'b')).toBe('as it was asked');
  });

  test('is no other call’s, which may have joined for one item', async () => {
    let leading: Promise<string> | undefined;
    const leader = trial({
      ask,
      answer: (_item, asking) => {
        leading ??= asking(own());
        return leading;
      },
    });
    const follower = trial({ answer: async () => (await leading) ?? '' });
    expect(await Promise.all([leader.run('b'), follower.run('b')])).toEqual([
      'SHORT',
      'as it was asked',
    ]);
  });
});

test('a failure of the provider is the caller’s, as it is', async () => {
  const failure = new Error('Down.');
  const ask = () => Promise.reject(failure);
  await expect(trial({ ask }).run('b', 'c')).rejects.toBe(failure);
});
