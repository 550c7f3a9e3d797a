import { describe, expect, test } from '@jest/globals';
import { answerEach, type EachItemRules } from '../../src/adapter/batch.ts';

type Rules = EachItemRules<string, string, string>;

const own = () => new AbortController().signal;
const stored: Readonly<Record<string, string>> = { a: 'A' };

/** Answers in upper case, from the stored items or from a provider that takes `a,b`. */
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

test('all missing items are asked for in one call, and the answers are joined in the order of the items', async () => {
  const { asked, run } = trial();
  expect(await run('c', 'a', 'b')).toBe('C,A,B');
  expect(asked).toEqual(['c,b']);
});

test('the provider is not called where no item is missing', async () => {
  const { asked, run } = trial();
  expect(await run('a', 'a')).toBe('A,A');
  expect(asked).toEqual([]);
});

describe('an answer that does not have one part for each item', () => {
  const ask = async () => 'SHORT';

  test('is returned whole to a caller that asked for exactly these items', async () => {
    expect(await trial({ ask }).run('b', 'c')).toBe('SHORT');
  });

  test('is not returned to a caller that asked for more items: its original call is made', async () => {
    expect(await trial({ ask }).run('a', 'b')).toBe('as it was asked');
  });

  test('is not returned to a follower of one item', async () => {
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

test('the caller receives the same error object that the provider threw', async () => {
  const failure = new Error('Down.');
  const ask = () => Promise.reject(failure);
  await expect(trial({ ask }).run('b', 'c')).rejects.toBe(failure);
});
