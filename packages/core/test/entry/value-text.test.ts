import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeValue, encodeValue, NotEncodableError } from '../../src/entry/value-text.ts';
import { arbitraryJson } from '../key/arbitrary-json.ts';
import { rich } from './arbitrary-value.ts';

const TAG = '$cached-llm';

const roundTrip = (value: unknown) => decodeValue(encodeValue(value));

describe('a response', () => {
  test('that is JSON comes back as it was', () => {
    const hasPrototypeKey = (value: unknown) => JSON.stringify(value).includes('"__proto__":');
    fc.assert(
      fc.property(arbitraryJson, (value) => {
        fc.pre(!hasPrototypeKey(value));
        expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('of values that JSON loses comes back as it was, with the same classes', () => {
    fc.assert(
      fc.property(rich, (value) => {
        expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['a date', new Date(5), Date],
    ['a URL', new URL('https://example.org/a?b#c'), URL],
    ['a map', new Map([[{ a: 1 }, new Set([1n])]]), Map],
    ['a set', new Set([undefined, Number.NaN]), Set],
    ['a buffer', Buffer.from('héllo'), Buffer],
    ['bytes', Uint8Array.of(0, 255), Uint8Array],
    ['part of a larger memory', new Uint8Array(Uint8Array.of(9, 1, 2, 9).buffer, 1, 2), Uint8Array],
    ['an embedding', Float32Array.of(0.1, -0, Number.NaN), Float32Array],
  ])('that is %s has the same class after decoding', (_name, value, itsClass) => {
    const back = roundTrip({ value }) as { value: object };
    expect(back).toStrictEqual({ value });
    expect(Object.getPrototypeOf(back.value)).toBe(itsClass.prototype);
  });

  test('that is an invalid date comes back as an invalid date', () => {
    const back = roundTrip(new Date(Number.NaN)) as Date;
    expect([back instanceof Date, back.getTime()]).toEqual([true, Number.NaN]);
  });

  test.each([[undefined], [-0], [Number.NaN], [Number.NEGATIVE_INFINITY], [10n ** 40n], ['']])(
    'may be %p itself',
    (value) => {
      expect(Object.is(roundTrip(value), value)).toBe(true);
    },
  );

  test('comes back with its lone surrogates and line ends', () => {
    const text = 'a\ud800b\u2028\r\n\u0000';
    expect(roundTrip({ [text]: text })).toStrictEqual({ [text]: text });
  });

  test('without a prototype comes back as a plain object, and a hole as undefined', () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    expect(roundTrip(bare)).toStrictEqual({ a: 1 });
    expect(roundTrip(new Array(1))).toStrictEqual([undefined]);
  });

  test('is a new value after each decoding', () => {
    const text = encodeValue({ list: [{ a: 1 }], when: new Date(5), map: new Map([['k', {}]]) });
    const [one, other] = [decodeValue(text), decodeValue(text)] as [any, any];
    one.list[0].a = 2;
    one.when.setTime(6);
    one.map.get('k').b = 1;
    expect(other).toStrictEqual({ list: [{ a: 1 }], when: new Date(5), map: new Map([['k', {}]]) });
  });

  test('does not change with the value that was encoded', () => {
    const value = { bytes: Uint8Array.of(1), list: [1] };
    const text = encodeValue(value);
    value.bytes[0] = 2;
    value.list.push(2);
    expect(decodeValue(text)).toStrictEqual({ bytes: Uint8Array.of(1), list: [1] });
  });
});

describe('data that looks like a tagged value', () => {
  test.each([
    [{ [TAG]: ['date', 5] }],
    [{ [TAG]: ['record', { [TAG]: ['bigint', '1'] }] }],
    [{ [TAG]: null }],
    [{ [TAG]: new Date(5), beside: [1n] }],
    [[TAG, { a: TAG }]],
    [`{"${TAG}":["bigint","1"]}`],
    [new Map([[TAG, { [TAG]: ['undefined', ''] }]])],
  ])('comes back as data: %j', (value) => {
    expect(roundTrip(value)).toStrictEqual(value);
    expect(roundTrip(roundTrip([value]))).toStrictEqual([value]);
  });
});

class Reply {
  readonly text = 'hello';
  toJSON() {
    return this.text;
  }
}

const cycle: unknown[] = [];
cycle.push({ cycle });

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

describe('a value that would come back as something else', () => {
  test.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a field named by a symbol', { [Symbol('a')]: 1 }],
    ['a field named __proto__', JSON.parse('{"__proto__":1}')],
    ['an instance, even one with a toJSON', new Reply()],
    ['an error', new Error('a')],
    ['a regular expression', /a/],
    ['a boxed number', Object(1)],
    ['a promise', Promise.resolve(1)],
    ['a blob', new Blob([])],
    ['an array buffer', new ArrayBuffer(1)],
    ['numbers of another width', new Float64Array(1)],
    ['an array with a field of its own', Object.assign([1], { index: 0 })],
    ['the match of a regular expression', /(?<word>\w+)/.exec('word')],
    ['a subclass of Array', new (class Page extends Array {})()],
    ['a subclass of Date', new (class Zoned extends Date {})(0)],
    ['a subclass of Map', new (class Registry extends Map {})()],
    ['a subclass of Set', new (class Members extends Set {})()],
    ['a subclass of Uint8Array', new (class Sound extends Uint8Array {})(1)],
    ['a subclass of Float32Array', new (class Vector extends Float32Array {})(1)],
    ['a map with a field of its own', Object.assign(new Map(), { next: 1 })],
    ['a cycle', cycle],
    ['a value of 10,000 levels', nested(10_000)],
  ])('%s is not encoded', (_name, value) => {
    expect(() => encodeValue(value)).toThrow(NotEncodableError);
    expect(() => encodeValue({ list: [{ value }] })).toThrow(NotEncodableError);
    expect(() => encodeValue(new Map([['value', value]]))).toThrow(NotEncodableError);
  });

  test('is named in the error without its contents', () => {
    const secret = Object.assign(new Reply(), { constructor: { name: 'hunter2' }, key: 'hunter2' });
    expect(() => encodeValue({ hunter2: secret })).toThrow(/^A response that holds .*Reply cannot/);
  });

  test('does not include a value of 500 levels', () => {
    expect(roundTrip(nested(500))).toStrictEqual(nested(500));
  });
});

const tagged = (...parts: unknown[]) => JSON.stringify({ a: [{ [TAG]: parts }] });

describe('a text that encodeValue did not write', () => {
  test.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['half of a text', encodeValue({ a: [1, 2, 3] }).slice(0, -3)],
    ['an unknown tag', tagged('class', 'Function')],
    ['the name of a method as a tag', tagged('constructor', 1)],
    ['a tag that is no pair', JSON.stringify({ [TAG]: 'date' })],
    ['a tag of nothing', JSON.stringify({ [TAG]: null })],
    ['a tag without a value', tagged('bigint')],
    ['a tag with too many values', tagged('bigint', '1', '2')],
    ['undefined of something', tagged('undefined', 1)],
    ['a number of another kind', tagged('number', 'five')],
    ['a number that JSON can write', tagged('number', '5')],
    ['a number that is a list', tagged('number', [])],
    ['a bigint of letters', tagged('bigint', 'abc')],
    ['a bigint of nothing', tagged('bigint', '')],
    ['a bigint of a boolean', tagged('bigint', true)],
    ['a date of a text', tagged('date', '2026-01-01')],
    ['a date of a record', tagged('date', {})],
    ['a URL of words', tagged('url', 'not a url')],
    ['a URL of a number', tagged('url', 5)],
    ['a buffer of a number', tagged('buffer', 1e9)],
    ['a buffer of a list', tagged('buffer', [1, 2])],
    ['bytes of other characters', tagged('bytes', '@@@@')],
    ['bytes that were cut', tagged('bytes', 'AAA')],
    ['floats of an odd length', tagged('floats', 'AAAA')],
    ['a map of nothing', tagged('map', null)],
    ['a map of a text', tagged('map', '')],
    ['a map of no pairs', tagged('map', [1])],
    ['a map of triples', tagged('map', [[1, 2, 3]])],
    ['a map of records', tagged('map', [{ 0: 'a', 1: 'b' }])],
    ['a set of nothing', tagged('set', null)],
    ['a set of a text', tagged('set', 'abc')],
    ['a record of a text', tagged('record', 'abc')],
    ['a record of a list', tagged('record', [1])],
    ['a record of nothing', tagged('record', null)],
    ['a prototype', '{"__proto__":{"polluted":true}}'],
    ['a nested prototype', '{"a":[{"b":{"__proto__":{"polluted":true}}}]}'],
    ['a prototype with an escaped letter', '{"__pr\\u006fto__":{"polluted":true}}'],
    ['a prototype with an escaped dash', '{"\\u005f_proto__":{"polluted":true}}'],
    [
      'a prototype with all letters escaped',
      `{"${'__proto__'.replaceAll(/./g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`)}":{"polluted":true}}`,
    ],
    [
      'a prototype in a record',
      tagged('record', 1).replace('1', '{"__proto__":{"polluted":true}}'),
    ],
  ])('is refused: %s', (_name, text) => {
    expect(() => decodeValue(text)).toThrow();
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
  });

  test('that names constructors is data', () => {
    const text = '{"constructor":{"prototype":{"polluted":true}}}';
    expect(isDeepStrictEqual(decodeValue(text), JSON.parse(text))).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
  });

  test('with any one character changed is refused or is data, and changes no prototype', () => {
    const text = encodeValue({
      reply: 'héllo "world"',
      list: [1n, new Date(5), new Map([['a', new Set([1])]]), Buffer.from('abc')],
      data: { [TAG]: ['bigint', '1'] },
    });
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 2 }), (index, other) => {
        const forged = text.slice(0, index) + other + text.slice(index + 1);
        try {
          decodeValue(forged);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
