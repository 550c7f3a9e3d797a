import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hasLongInteger, parseExactly } from '../../src/key/exact-json.ts';

const parse = (text: string) => parseExactly(text, JSON.parse(text));

describe('JSON that JSON.parse reads exactly is not read again', () => {
  test.each([
    ['a short integer', '{"a":123456789012345}'],
    ['the largest exact integer', '{"a":[9007199254740991,-9007199254740991]}'],
    ['a long number in a text', '{"a":"call 4111111111111111 now","b":1}'],
    ['a text that looks like a field', String.raw`{"a":"\"seed\": 12345678901234567890, \\"}`],
    ['a name of digits', '{"12345678901234567890":1}'],
    ['a long fraction', '{"a":0.12345678901234567890,"b":12345678901234567890.5}'],
    ['a long exponent', '{"a":1e-12345678901234567890,"b":12345678901234567890e0}'],
  ])('%s', (_what, text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
    const parsed: object = JSON.parse('{"a":"4111111111111111"}');
    expect(parseExactly('{"a":"4111111111111111"}', parsed)).toBe(parsed);
  });
});

describe('an integer that JSON.parse rounds becomes a bigint', () => {
  test.each([
    ['{"a":9007199254740993}', { a: 9007199254740993n }],
    [
      '{"a":9007199254740993,"b":-1000000000000000}',
      { a: 9007199254740993n, b: -1_000_000_000_000_000 },
    ],
    ['{ "a" : -12345678901234567890 }', { a: -12345678901234567890n }],
    [
      '[12345678901234567890,"12345678901234567890"]',
      [12345678901234567890n, '12345678901234567890'],
    ],
    [String.raw`{"a":"\\","b":12345678901234567890}`, { a: '\\', b: 12345678901234567890n }],
    [String.raw`{"a":"\\\"","b":12345678901234567890}`, { a: '\\"', b: 12345678901234567890n }],
    ['{"a":[[{"b":12345678901234567890}]]}', { a: [[{ b: 12345678901234567890n }]] }],
    [
      '{"__proto__":12345678901234567890}',
      Object.fromEntries([['__proto__', 12345678901234567890n]]),
    ],
  ])('%s', (text, expected) => {
    expect(parse(text)).toStrictEqual(expected);
    expect(hasLongInteger(text, JSON.parse(text))).toBe(true);
  });

  test('wherever it stands, and whatever the texts beside it hold', () => {
    const text = fc.string({
      unit: fc.constantFrom('"', '\\', '1', '4111111111111111', ',', ':', '{', 'é'),
    });
    const digits = fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 80n });
    const part = fc.oneof(
      text,
      digits,
      fc.constant(null),
      fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, part)), (fields) => {
        const written = fields.map(([name, value]) => {
          const json = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
          return `${JSON.stringify(`f${name}`)}:${json}`;
        });
        const isZero = (value: unknown) => value === 0;
        const expected = fields.map(
          ([name, value]) => [`f${name}`, isZero(value) ? 0 : value] as const,
        );
        expect(parse(`{${written.join(',')}}`)).toStrictEqual(Object.fromEntries(expected));
      }),
    );
  });

  test('in JSON that is nested deeper than a call stack', () => {
    const depth = 5_000;
    const text = `${'['.repeat(depth)}12345678901234567890${']'.repeat(depth)}`;
    expect(hasLongInteger(text, JSON.parse(text))).toBe(true);
    expect(JSON.stringify([parse(text)].flat(depth + 1).map(String))).toBe(
      '["12345678901234567890"]',
    );
  });
});
