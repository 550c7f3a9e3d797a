import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describeWithFixtures } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalForm, canonicalText } from '../../src/key/fingerprint.ts';
import { arbitraryJson, arbitraryLeaf, type Json } from './arbitrary-json.ts';

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isBranch = (value: Json): value is readonly Json[] | { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null;

/** The same value, with the keys of each record in another order. */
function reordered(value: Json): Json {
  if (isList(value)) return value.map(reordered);
  if (!isBranch(value)) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, reordered(child)] as const);
  return Object.fromEntries(entries.reverse());
}

/** Every value that differs from `value` in one leaf, an empty branch counting as one. */
function withOtherLeaf(value: Json, leaf: Json): Json[] {
  if (!isBranch(value) || Object.keys(value).length === 0) return [leaf];
  if (isList(value)) {
    return value.flatMap((child, index) =>
      withOtherLeaf(child, leaf).map((other) => value.with(index, other)),
    );
  }
  const entries = Object.entries(value);
  return entries.flatMap(([key, child], index) =>
    withOtherLeaf(child, leaf).map((other) =>
      Object.fromEntries(entries.with(index, [key, other])),
    ),
  );
}

describe('over arbitrary JSON', () => {
  test('the order of keys never matters, at any depth', () => {
    fc.assert(
      fc.property(arbitraryJson, (value) => {
        expect(canonicalText(reordered(value))).toBe(canonicalText(value));
      }),
      { numRuns: 500 },
    );
  });

  test('two values have one text exactly when they are equal', () => {
    fc.assert(
      fc.property(arbitraryJson, arbitraryJson, (one, other) => {
        const isOneText = canonicalText(one) === canonicalText(other);
        expect(isOneText).toBe(isDeepStrictEqual(one, other));
      }),
      { numRuns: 2_000 },
    );
  });

  test('any changed leaf changes the text', () => {
    fc.assert(
      fc.property(arbitraryJson, arbitraryLeaf, (value, leaf) => {
        for (const other of withOtherLeaf(value, leaf)) {
          const isOneText = canonicalText(other) === canonicalText(value);
          expect(isOneText).toBe(isDeepStrictEqual(other, value));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the order of an array matters', () => {
    fc.assert(
      fc.property(arbitraryJson, arbitraryJson, (one, other) => {
        fc.pre(!isDeepStrictEqual(one, other));
        expect(canonicalText([one, other])).not.toBe(canonicalText([other, one]));
        expect(canonicalText({ list: [[one], other] })).not.toBe(
          canonicalText({ list: [[other], one] }),
        );
      }),
    );
  });

  test('what is written at once is what the library writes', () => {
    fc.assert(
      fc.property(arbitraryJson, (value) => {
        const { structure, long } = canonicalForm(value);
        const byLibrary = canonicalForm([value, 1n]); // a bigint is not plain
        const rest = '"\\u0000bigint:1"';
        expect(byLibrary).toEqual({ structure: `[${structure},${rest}]`, long });
      }),
      { numRuns: 2_000 },
    );
  });

  test('where every text is short, the canonical text is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('\\u0000') && text.length <= 256);
        expect(JSON.parse(canonicalText(value))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('a request is left as it was', () => {
    fc.assert(
      fc.property(arbitraryJson, (value) => {
        const before = JSON.stringify(value);
        canonicalText(value);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });
});

const bytes = Uint8Array.of(1, 2, 3);
const LONG = 'a long text '.repeat(30);

class Money {
  readonly amount: number;

  constructor(amount: number) {
    this.amount = amount;
  }

  toJSON() {
    return { amount: this.amount };
  }
}

/** Each of these would share a key with a text, if texts were not kept apart. */
const IMITATED: readonly unknown[] = [
  undefined,
  1n,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  LONG,
  bytes,
  new Float32Array(2),
  new Date(0),
  new Map([['a', 1]]),
  new Set(['a']),
  new URL('https://example.org/'),
  new Money(5),
];

describe('a text', () => {
  test.each(IMITATED.map((value) => [value]))('never passes for %p', (value) => {
    const texts = [canonicalText([value])];
    for (let depth = 0; depth < 3; depth++) {
      const [structure = ''] = (texts[0] ?? '').split('\n');
      const [imitation] = JSON.parse(structure) as [string];
      expect(imitation.startsWith('\u0000')).toBe(true);
      texts.unshift(canonicalText([imitation]));
    }
    expect(new Set(texts).size).toBe(4);
  });

  test('never passes for another type that reads the same', () => {
    const alike = [1, '1', 1n, [1], ['1'], true, 'true', null, 'null', 'undefined', [null], [], {}];
    const more = [
      '',
      [''],
      [undefined],
      [[]],
      [{}],
      { a: null },
      { a: 'null' },
      { 1: 1 },
      { 1: '1' },
    ];
    const texts = [...alike, ...more].map(canonicalText);
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('never passes for two, however it is punctuated', () => {
    const lists = [
      ['a', 'b'],
      ['a,b'],
      ['a","b'],
      ['a\u0000b'],
      ['a', '\u0000b'],
      ['a\u0000', 'b'],
    ];
    const records = [
      { a: 'b', c: 'd' },
      { 'a":"b","c': 'd' },
      { a: 'b","c":"d' },
      { a: { b: 'c' } },
    ];
    const texts = [...lists, ...records].map(canonicalText);
    expect(new Set(texts).size).toBe(texts.length);
  });

  test.each([255, 256, 257, 258])(
    'of %i characters differs from each that is near it',
    (length) => {
      const text = 'x'.repeat(length);
      const near = [
        text,
        `${text}x`,
        text.slice(1),
        `y${text.slice(1)}`,
        `${text.slice(1)}y`,
        `\u0000${text.slice(1)}`,
        `\u0000text:${length}`,
        `\u0000text:${length}\n${text}`,
      ];
      expect(new Set(near.map(canonicalText)).size).toBe(near.length);
    },
  );

  test('enters as it is, behind the rest, once it is longer than 256 characters', () => {
    expect(canonicalText('x'.repeat(256))).toHaveLength(258);
    const long = '"\\\n'.repeat(100);
    const other = 'y'.repeat(257);
    const text = canonicalText({ b: [other], a: long, c: 'short' });
    const structure = '{"a":"\\u0000text:300","b":["\\u0000text:257"],"c":"short"}';
    expect(text).toBe(`${structure}\n${long}${other}`);
  });

  test('never passes for two long ones, wherever the one ends and the other begins', () => {
    const [x, y] = ['x'.repeat(300), 'y'.repeat(300)];
    const pairs = [[x, y], [x + y], [`${x}y`, y.slice(1)], [y, x], [x, `${y}\n`], [`\n${x}`, y]];
    expect(new Set(pairs.map(canonicalText)).size).toBe(pairs.length);
    expect(canonicalText({ a: x, b: y })).not.toBe(canonicalText({ a: y, b: x }));
  });

  test('with a lone surrogate is told from each other one, short or long', () => {
    const halves = ['\ud800', '\ud801', '\udc00', '\ufffd', '\\ud800'];
    const texts = halves.flatMap((half) => [half, `${LONG}${half}`, `${half}${LONG}`]);
    expect(new Set(texts.map(canonicalText)).size).toBe(texts.length);
  });

  test('is not normalised: two spellings of one letter are two texts', () => {
    expect(canonicalText('\u00e9')).not.toBe(canonicalText('e\u0301'));
  });
});

describeWithFixtures({ describe, test }, 'the vectors of RFC 8785', (folder) => {
  const vectors = join(folder, 'json', 'jcs');
  const read = (...path: string[]) => readFileSync(join(vectors, ...path), 'utf8');

  test('there are six', () => {
    expect(readdirSync(join(vectors, 'input'))).toHaveLength(6);
  });

  test.each(readdirSync(join(vectors, 'input')))('%s comes out as the RFC writes it', (file) => {
    const text = canonicalText(JSON.parse(read('input', file)));
    const hexadecimal = read('outhex', file.replace('.json', '.txt')).replaceAll(/\s/g, '');
    expect(text).toBe(read('output', file));
    expect(Buffer.from(text).toString('hex')).toBe(hexadecimal);
  });
});
