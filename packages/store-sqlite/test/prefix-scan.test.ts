import { expect, test } from '@jest/globals';
import { rangeOf } from '../src/prefix-scan.ts';

test.each([
  ['a:', 'a;'],
  ['a%', 'a&'],
  ['é', 'ê'],
  ['🔑', '🔒'],
  ['a\ud7ff', 'a\ue000'],
  ['a\u{10ffff}', 'b'],
])('the keys from %j on end before %j', (prefix, to) => {
  expect(rangeOf(prefix)).toEqual({ from: prefix, to });
});

test('without a prefix no key is too late', () => {
  expect(rangeOf('').to).toBeInstanceOf(Uint8Array);
  expect(rangeOf('\u{10ffff}').to).toBeInstanceOf(Uint8Array);
});
