import { describe, expect, test } from '@jest/globals';
import { type DiffLine, lineDiff } from '../page/entries/line-diff.ts';

const MARKS = { same: ' ', removed: '-', added: '+' } as const;
const shown = (lines: readonly DiffLine[] | undefined) =>
  lines?.map(({ kind, text }) => `${MARKS[kind]}${text}`);

describe('lineDiff', () => {
  test.each([
    ['the same text', 'a\nb', 'a\nb', [' a', ' b']],
    ['another line', 'a\nb\nc', 'a\nx\nc', [' a', '-b', '+x', ' c']],
    ['a line more', 'a\nc', 'a\nb\nc', [' a', '+b', ' c']],
    ['a line less', 'a\nb\nc', 'a\nc', [' a', '-b', ' c']],
    ['a line that moved', 'a\nb\nc\nd', 'b\nc\na\nd', ['-a', ' b', ' c', '+a', ' d']],
    ['no text', '', 'a', ['-', '+a']],
    ['the same line twice', 'a\na', 'a', [' a', '-a']],
  ])('finds %s', (_what, one, other, expected) => {
    expect(shown(lineDiff(one, other))).toEqual(expected);
  });

  test('each side of the lines is the text that it came from', () => {
    const text = (seed: number) =>
      Array.from({ length: 300 }, (_, at) => `line ${(at * seed) % 17}`).join('\n');
    const [one, other] = [text(3), text(5)];
    const lines = lineDiff(one, other) ?? [];
    const without = (kind: DiffLine['kind']) =>
      lines.flatMap((line) => (line.kind === kind ? [] : [line.text])).join('\n');
    expect([without('added'), without('removed')]).toEqual([one, other]);
  });

  test('does not compare thousands of different lines', () => {
    const text = (name: string) =>
      Array.from({ length: 2_000 }, (_, at) => `${name} ${at}`).join('\n');
    expect(lineDiff(text('one'), text('other'))).toBeUndefined();
    expect(lineDiff(text('one'), text('one'))?.length).toBe(2_000);
  });
});
