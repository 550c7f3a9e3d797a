import { describe, expect, test } from '@jest/globals';
import { sortPart } from '../src/entries/sorted-part.ts';

/** Numbers that look random and are the same in each run. */
function numbers(length: number, most: number): Uint32Array {
  let state = 12_345;
  return Uint32Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % most;
  });
}

describe('sortPart', () => {
  test.each([
    ['different numbers', 5_000, 2 ** 31],
    ['many equal numbers', 5_000, 3],
    ['one number only', 2_000, 1],
    ['few numbers', 10, 100],
    ['no number', 0, 1],
  ])('sorts each part of %s as if all of them were sorted', (_what, length, most) => {
    const given = numbers(length, most);
    // No two places are equal, as in the table.
    const compare = (one: number, other: number) =>
      (given[one] ?? 0) - (given[other] ?? 0) || one - other;
    const places = Uint32Array.from(given.keys());
    const sorted = Array.from(places).sort(compare);
    for (const from of [0, 1, 100, length >> 1, length - 1].filter((each) => each >= 0)) {
      const part = places.slice();
      sortPart(part, compare, [from, from + 200]);
      expect(Array.from(part.subarray(from, from + 200))).toEqual(sorted.slice(from, from + 200));
      expect(Array.from(part).sort(compare)).toEqual(sorted);
    }
  });

  test('sorts what is sorted, and what is in the opposite order', () => {
    const ascending = Uint32Array.from({ length: 3_000 }, (_, at) => at);
    for (const given of [ascending, ascending.slice().reverse()]) {
      sortPart(given, (one, other) => one - other, [0, 3_000]);
      expect(given).toEqual(ascending);
    }
  });
});
