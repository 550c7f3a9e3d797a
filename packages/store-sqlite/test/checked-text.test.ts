import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { frameText, rowText, textIn } from '../src/row-text.ts';

const framed = frameText({ value: '{"a":"é🦊"}', expires: 1_700_000_000_000 });
const stored = rowText('key', framed);

test('a text is found under the key it was stored with, and under no other', () => {
  expect(textIn('key', stored)).toBe('{"a":"é🦊"}');
  expect(textIn('kez', stored)).toBe(undefined);
});

test('a text whose life was prolonged is not there', () => {
  expect(textIn('key', `9${stored.slice(1)}`)).toBe(undefined);
});

test('any text comes back, and not one that differs in a character', () => {
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

test('nothing that was cut off its start, or put before it, is taken for a row', () => {
  for (let place = 1; place < stored.length; place += 1) {
    expect(textIn('key', stored.slice(place))).toBe(undefined);
    expect(textIn('key', stored.slice(0, place) + stored)).toBe(undefined);
  }
});

test.each([undefined, null, 5, Buffer.from(stored), '', 'short'])('%p is no row', (value) => {
  expect(textIn('key', value)).toBe(undefined);
});
