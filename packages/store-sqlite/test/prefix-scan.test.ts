import { expect, test } from '@jest/globals';
import { rangeOf } from '../src/prefix-scan.ts';

test.each([
  ['a:', 'a;'],
  ['a%', 'a&'],
  ['é', 'ê'],
  ['🔑', '🔒'],
  ['a\ud7ff', 'a\ue000'],
  ['a\u{10ffff}', 'b'],
])('the keys that start with %j end before %j', (prefix, to) => {
  expect(rangeOf(prefix)).toEqual({ from: prefix, to });
});

test('without a prefix the range has no last key', () => {
  expect(rangeOf('').to).toBeInstanceOf(Uint8Array);
  expect(rangeOf('\u{10ffff}').to).toBeInstanceOf(Uint8Array);
});
