import { expect, test } from '@jest/globals';
import { BoundedMap } from '../../src/key/bounded-map.ts';

function filled(max: number, count: number): BoundedMap<number, string> {
  const map = new BoundedMap<number, string>(max);
  for (let key = 1; key <= count; key += 1) map.set(key, String(key));
  return map;
}

test('a bounded map holds as many entries as its bound', () => {
  expect([...filled(16, 16).keys()]).toHaveLength(16);
});

test('a full map removes the eighth that was set longest ago', () => {
  expect([...filled(16, 17).keys()]).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
});

test('an entry that is set again is the newest one', () => {
  const map = filled(3, 3);
  map.set(1, 'again').set(4, '4');
  expect([...map]).toEqual([
    [3, '3'],
    [1, 'again'],
    [4, '4'],
  ]);
});

test('a bound of one holds the last entry', () => {
  expect([...filled(1, 5).keys()]).toEqual([5]);
});
