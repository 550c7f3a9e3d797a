import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { expiryText, frameText, rowText, textIn } from '../src/row-text.ts';

test('a framed text is the expiry in a fixed width and the unchanged text', () => {
  const framed = frameText({ value: '{"a":1}', expires: 1_700_000_000_000 });
  expect(framed).toBe('001700000000000{"a":1}');
});

test('the texts of expiries have the order of the instants', () => {
  const instants = [0, 5, 1_700_000_000_000, 1_700_000_000_001, 999_999_999_999_998];
  const texts = instants.map(expiryText);
  expect([...texts].sort()).toEqual(texts);
  expect(new Set(texts.map((text) => text.length))).toEqual(new Set([15]));
});

test('a number that is not an instant, or is too large, means that the row never expires', () => {
  const never = expiryText(undefined);
  const texts = [Number.NaN, Number.POSITIVE_INFINITY, 1e15, Number.MAX_SAFE_INTEGER].map(
    expiryText,
  );
  expect(new Set(texts)).toEqual(new Set([never]));
});

test('a fraction of a millisecond is rounded up, and a negative instant is 0', () => {
  expect(expiryText(1.2)).toBe('000000000000002');
  expect(expiryText(-5)).toBe('000000000000000');
});

const framed = frameText({ value: '{"a":"é🦊"}', expires: 1_700_000_000_000 });
const stored = rowText('key', framed);

test('a text is found only under the key that it was stored under', () => {
  expect(textIn('key', stored)).toBe('{"a":"é🦊"}');
  expect(textIn('kez', stored)).toBe(undefined);
});

test('a row whose expiry was changed is absent', () => {
  expect(textIn('key', `9${stored.slice(1)}`)).toBe(undefined);
});

test('any text is read back unchanged, and a text that differs in a character is not read', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.string(), (value, place, other) => {
      const whole = rowText('key', frameText({ value, expires: undefined }));
      expect(textIn('key', whole)).toBe(value);
      const index = whole.length - 1 - (place % value.length);
      const damaged = whole.slice(0, index) + other + whole.slice(index + 1);
      expect([value, undefined]).toContain(textIn('key', damaged));
    }),
  );
});

test('a row that lost its start, or got a text before it, is absent', () => {
  for (let place = 1; place < stored.length; place += 1) {
    expect(textIn('key', stored.slice(place))).toBe(undefined);
    expect(textIn('key', stored.slice(0, place) + stored)).toBe(undefined);
  }
});

test.each([undefined, null, 5, Buffer.from(stored), '', 'short'])('%p is not a row', (value) => {
  expect(textIn('key', value)).toBe(undefined);
});
