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

/** Every value that differs from `value` in one leaf. An empty list or record is a leaf. */
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

describe('the canonical text of arbitrary JSON', () => {
  test('does not depend on the order of keys at any depth', () => {
    fc.assert(
      fc.property(arbitraryJson, (value) => {
        expect(canonicalText(reordered(value))).toBe(canonicalText(value));
      }),
      { numRuns: 500 },
    );
  });

  test('is the same for two values exactly when they are equal', () => {
    fc.assert(
      fc.property(arbitraryJson, arbitraryJson, (one, other) => {
        const isOneText = canonicalText(one) === canonicalText(other);
        expect(isOneText).toBe(isDeepStrictEqual(one, other));
      }),
      { numRuns: 2_000 },
    );
  });

  test('differs for any changed leaf', () => {
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

  test('depends on the order of an array', () => {
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

  test('is the text that the library writes, also where it is written without the library', () => {
    fc.assert(
      fc.property(arbitraryJson, (value) => {
        const { structure, long } = canonicalForm(value);
        const byLibrary = canonicalForm([value, 1n]); // a bigint needs the library
        const rest = '"\\u0000bigint:1"';
        expect(byLibrary).toEqual({ structure: `[${structure},${rest}]`, long });
      }),
      { numRuns: 2_000 },
    );
  });

  test('is JSON of the same value where every text is short', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('\\u0000') && text.length <= 256);
        expect(JSON.parse(canonicalText(value))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('does not change the request', () => {
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

/** Without a tag, each of these values would have the same canonical text as a text. */
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
  test.each(IMITATED.map((value) => [value]))('never has the canonical text of %p', (value) => {
    const texts = [canonicalText([value])];
    for (let depth = 0; depth < 3; depth++) {
      const [structure = ''] = (texts[0] ?? '').split('\n');
      const [imitation] = JSON.parse(structure) as [string];
      expect(imitation.startsWith('\u0000')).toBe(true);
      texts.unshift(canonicalText([imitation]));
    }
    expect(new Set(texts).size).toBe(4);
  });

  test('never has the canonical text of a similar value of another type', () => {
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

  test('never has the canonical text of two texts, whatever its punctuation is', () => {
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

  test.each([255, 256, 257, 258])('of %i characters differs from each similar text', (length) => {
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
  });

  test('is written unchanged after the structure where it is longer than 256 characters', () => {
    expect(canonicalText('x'.repeat(256))).toHaveLength(258);
    const long = '"\\\n'.repeat(100);
    const other = 'y'.repeat(257);
    const text = canonicalText({ b: [other], a: long, c: 'short' });
    const structure = '{"a":"\\u0000text:300","b":["\\u0000text:257"],"c":"short"}';
    expect(text).toBe(`${structure}\n${long}${other}`);
  });

  test('of two long parts differs from every other division into two texts', () => {
    const [x, y] = ['x'.repeat(300), 'y'.repeat(300)];
    const pairs = [[x, y], [x + y], [`${x}y`, y.slice(1)], [y, x], [x, `${y}\n`], [`\n${x}`, y]];
    expect(new Set(pairs.map(canonicalText)).size).toBe(pairs.length);
    expect(canonicalText({ a: x, b: y })).not.toBe(canonicalText({ a: y, b: x }));
  });

  test('with a lone surrogate differs from each other text, short or long', () => {
    const halves = ['\ud800', '\ud801', '\udc00', '\ufffd', '\\ud800'];
    const texts = halves.flatMap((half) => [half, `${LONG}${half}`, `${half}${LONG}`]);
    expect(new Set(texts.map(canonicalText)).size).toBe(texts.length);
  });

  test('is not normalised, so that two spellings of one letter are two texts', () => {
    expect(canonicalText('\u00e9')).not.toBe(canonicalText('e\u0301'));
  });
});

describeWithFixtures({ describe, test }, 'the test vectors of RFC 8785', (folder) => {
  const vectors = join(folder, 'json', 'jcs');
  const read = (...path: string[]) => readFileSync(join(vectors, ...path), 'utf8');

  test('are six', () => {
    expect(readdirSync(join(vectors, 'input'))).toHaveLength(6);
  });

  test.each(readdirSync(join(vectors, 'input')))('have the text of the RFC for %s', (file) => {
    const text = canonicalText(JSON.parse(read('input', file)));
    const hexadecimal = read('outhex', file.replace('.json', '.txt')).replaceAll(/\s/g, '');
    expect(text).toBe(read('output', file));
    expect(Buffer.from(text).toString('hex')).toBe(hexadecimal);
  });
});
