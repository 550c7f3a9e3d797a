import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { visibleLines, visibleText } from '../../src/options/index.ts';

describe('a hidden character is written as JSON writes it', () => {
  test.each([
    ['ESC', '\x1b[31m', '\\u001b[31m'],
    ['BEL', '\x07', '\\u0007'],
    ['backspace', '\b', '\\u0008'],
    ['NUL', '\0', '\\u0000'],
    ['DEL', '\x7f', '\\u007f'],
    ['C1', '\x9b31m', '\\u009b31m'],
    ['line ends', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['line separators', '\u2028\u2029\u0085', '\\u2028\\u2029\\u0085'],
    ['overrides of direction', '\u202e\u2066\u200f\u061c', '\\u202e\\u2066\\u200f\\u061c'],
    ['no width', 'a\u200bb\ufeffc\u2060d\u00ade', 'a\\u200bb\\ufeffc\\u2060d\\u00ade'],
    ['joiners outside of an emoji', '1\u200d2\u200c', '1\\u200d2\\u200c'],
    ['fillers', '\u3164\u115f', '\\u3164\\u115f'],
    ['tags', '\u{e0041}', '\\udb40\\udc41'],
    ['variants that can carry data', 'a\ufe01\u{e0100}', 'a\\ufe01\\udb40\\udd00'],
    ['halves of a pair', 'a\ud83d', 'a\\ud83d'],
  ])('%s', (_what, text, shown) => {
    expect(visibleText(text)).toBe(shown);
    expect(visibleText(shown)).toBe(shown);
  });

  test.each([['plain'], ['C:\\temp'], ['é 世界 🌊'], ['👨‍👩‍👧 ❤️ 👍🏽'], ['नमस्ते']])(
    'and %s stays as it is',
    (text) => expect(visibleText(text)).toBe(text),
  );

  test('and JSON stays the same JSON', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), fc.constantFrom(0, 2), (json, indent) => {
        const value: unknown = JSON.parse(json);
        const text = visibleLines(JSON.stringify(value, undefined, indent));
        expect(JSON.parse(text)).toEqual(value);
        expect(visibleLines(text)).toBe(text);
      }),
    );
  });

  test('and lines stay lines where they are asked for', () => {
    expect(visibleLines('a\nb\r\n\x1b')).toBe('a\nb\\r\n\\u001b');
  });
});
