import { expect, test } from '@jest/globals';
import { expiryText, frameText } from '../src/row-text.ts';

test('a frame is the expiry in a fixed width and the text as it is', () => {
  const framed = frameText({ value: '{"a":1}', expires: 1_700_000_000_000 });
  expect(framed).toBe('001700000000000{"a":1}');
});

test('expiries compare as texts as the instants do', () => {
  const instants = [0, 5, 1_700_000_000_000, 1_700_000_000_001, 999_999_999_999_998];
  const texts = instants.map(expiryText);
  expect([...texts].sort()).toEqual(texts);
  expect(new Set(texts.map((text) => text.length))).toEqual(new Set([15]));
});

test('what is no instant within reach is never', () => {
  const never = expiryText(undefined);
  const texts = [Number.NaN, Number.POSITIVE_INFINITY, 1e15, Number.MAX_SAFE_INTEGER].map(
    expiryText,
  );
  expect(new Set(texts)).toEqual(new Set([never]));
});

test('a fraction of a millisecond is rounded up, and a time before time is the beginning', () => {
  expect(expiryText(1.2)).toBe('000000000000002');
  expect(expiryText(-5)).toBe('000000000000000');
});
