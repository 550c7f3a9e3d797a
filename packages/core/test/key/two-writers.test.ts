import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalPlainJson } from '../../src/key/fingerprint.ts';
import { canonicalTaggedValue } from '../../src/key/tagged-values.ts';

class Money {
  readonly amount: unknown;
  constructor(amount: unknown) {
    this.amount = amount;
  }
  toJSON() {
    return { amount: this.amount };
  }
}

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 250, maxLength: 270 }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, '\u0000', '\ud800', `${'x'.repeat(300)}\ud800`),
  fc.date(),
  fc.uint8Array(),
  fc.float64Array(),
  fc.constant(new URL('https://example.com/?a=1#b')),
);

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('record'), tie('special')),
  record: fc.dictionary(fc.constantFrom('a', 'b', 'properties', 'type', '__proto__'), tie('value')),
  special: fc.oneof(
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }).map((parts) => new Set(parts)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    tie('value').map((amount) => new Money(amount ?? 0)),
  ),
}));

describe('the writer that most requests take and the one that says what is wrong', () => {
  test('give a value one form', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(canonicalPlainJson(value)).toEqual(canonicalTaggedValue(value));
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, unknown]>([
    ['a function', [() => {}]],
    ['a symbol in a set', new Set([Symbol('s')])],
    ['an instance without a rule', new Map([['a', new (class Foo {})()]])],
    ['an unwritten object in an instance', new Money({ lc: 1, type: 'not_implemented' })],
  ])('both refuse %s', (_what, value) => {
    expect(canonicalPlainJson(value)).toBeUndefined();
    expect(() => canonicalTaggedValue(value)).toThrow('cannot be part of a key');
  });

  test('both refuse a cycle through a map', () => {
    const map = new Map<string, unknown>();
    map.set('self', map);
    expect(canonicalPlainJson({ map })).toBeUndefined();
    expect(() => canonicalTaggedValue({ map })).toThrow('a cycle');
  });
});

describe('a long list, most of which JSON.stringify writes', () => {
  beforeAll(async () => {
    canonicalPlainJson(Array(100).fill(0)); // the first one loads what writes the others
    await import('../../src/key/plain-runs.ts');
  });

  const isOfOneForm = (list: unknown) =>
    expect(canonicalPlainJson(list)).toEqual(canonicalTaggedValue(list));
  const listOf = (item: (index: number) => unknown) =>
    Array.from({ length: 700 }, (_, at) => item(at));

  test('has the form that the other writer gives it', () => {
    const list = fc.array(anyValue, { minLength: 64, maxLength: 80 });
    const alike = fc.array(fc.record({ b: leaf, a: leaf, c: fc.array(leaf) }), {
      minLength: 64,
      maxLength: 70,
    });
    const simple = fc.oneof(
      fc.double({ noNaN: true }),
      fc.string({ unit: 'binary' }),
      fc.boolean(),
    );
    const records = fc.array(
      fc.dictionary(fc.constantFrom('b', 'a', '1', '__proto__', 'toString', 'properties'), simple),
      { minLength: 64, maxLength: 90 },
    );
    fc.assert(fc.property(fc.oneof(list, alike, records), isOfOneForm), { numRuns: 150 });
  });

  test.each<[string, (index: number) => unknown]>([
    ['numbers', (at) => (at % 3 === 0 ? -0 : at / 7)],
    ['no numbers', (at) => (at === 650 ? Number.NaN : at)],
    ['nothing in places', (at) => (at % 5 === 0 ? undefined : at)],
    ['texts, a few of them long', (at) => 'x'.repeat(at === 600 ? 300 : at % 250)],
    ['texts with a mark', (at) => (at % 2 === 0 ? '\u0000text:300' : '\ud800')],
    ['records with their names in any order', (at) => ({ [`f${at % 5}`]: at, b: 1, a: [at] })],
    ['records with names that all records inherit', (at) => ({ toString: at, id: at })],
    [
      'records of which one has such a name',
      (at) => (at === 9 ? { valueOf: 1, id: 1 } : { id: 1 }),
    ],
    [
      'records of which one names its prototype',
      (at) => JSON.parse(at === 9 ? '{ "__proto__": 1, "id": 1 }' : '{ "id": 1 }'),
    ],
    ['records with more names than are looked up', (at) => ({ [`field ${at}`]: at })],
    ['records without a prototype', (at) => Object.assign(Object.create(null), { b: at, a: 1 })],
    [
      'schemas',
      (at) => ({ type: 'object', properties: { z: { type: 'string' }, a: { enum: [at] } } }),
    ],
    ['lists in lists', (at) => [[[at, [null]], {}], []]],
    ['deep records', (at) => ({ a: { b: { c: { d: { e: { f: { g: { h: { i: at } } } } } } } } })],
    ['dates among others', (at) => (at % 100 === 0 ? new Date(at) : { at })],
    [
      'records with names that no other has, and long texts',
      (at) => ({ [`z${at}`]: 'z'.repeat(300 + at), [`a${at * 7}`]: 'a'.repeat(at), a: undefined }),
    ],
    [
      'records with numbers for names, and long texts',
      (at) => ({ 10: 'x'.repeat(300 + at), 9: new Date(at), b: [{ 2: 'y'.repeat(260) }] }),
    ],
    [
      'records of which one names its prototype, and dates',
      (at) =>
        JSON.parse(`{ "b": ["${'x'.repeat(at)}"], "a": 1, "${at === 9 ? '__proto__' : 'c'}": 1 }`),
    ],
    [
      'sets and maps with long texts beside long texts',
      (at) => ({ b: 'b'.repeat(300), a: new Set(['s'.repeat(300 + at)]), c: new Map([[at, 'x']]) }),
    ],
    [
      'schemas beside dates and long texts',
      (at) => ({
        type: 'object',
        at: new Date(at),
        properties: { z: { description: 'z'.repeat(260 + at) }, a: undefined, b: { enum: [at] } },
      }),
    ],
    [
      'lists with no number and long texts',
      (at) => [[Number.NaN, at], 'x'.repeat(at), [undefined]],
    ],
  ])('of %s has that form', (_what, item) => {
    isOfOneForm(listOf(item));
  });

  test.each<[string, (list: unknown[]) => object]>([
    ['a field besides its items', (list) => Object.assign(list, { groups: 'g' })],
    ['a hidden field', (list) => Object.defineProperty(list, 'raw', { value: ['r'] })],
    ['a field named by a symbol', (list) => Object.assign(list, { [Symbol('s')]: 1 })],
  ])('with %s has no form, however long it is, nor has one in it', (_what, change) => {
    for (const length of [3, 100, 5_000]) {
      expect(canonicalPlainJson(change(Array(length).fill(1)))).toBeUndefined();
      const item = change(Array(length).fill(1));
      expect(canonicalPlainJson(listOf((at) => (at === 690 ? item : [at])))).toBeUndefined();
    }
  });

  test('with places that have no item has that form', () => {
    const list = Object.assign(new Array<unknown>(700), { 0: new Date(0), 5: [], 699: 'x' });
    isOfOneForm(list);
    isOfOneForm(listOf(() => Object.assign(new Array<unknown>(3), { 1: new Date(0) })));
  });

  test('of records with a field named by a symbol has no form', () => {
    for (const item of [(at: number) => ({ at }), (at: number) => ({ at: new Date(at) })]) {
      const list = listOf((at) => (at === 690 ? { [Symbol('s')]: 1 } : item(at)));
      expect(canonicalPlainJson(list)).toBeUndefined();
    }
  });

  test('of records that a getter fails to read rejects with its own error', () => {
    const failing = {
      date: new Date(0),
      get text() {
        throw new RangeError('unreadable');
      },
    };
    expect(() => canonicalPlainJson(listOf(() => failing))).toThrow('unreadable');
  });

  test('has its form also where somebody has added toJSON to all lists', () => {
    const list = listOf((at) => [at]);
    const before = canonicalPlainJson(list);
    Object.defineProperty(Array.prototype, 'toJSON', { value: () => 'x', configurable: true });
    try {
      expect(canonicalPlainJson(list)).toEqual(before);
    } finally {
      Reflect.deleteProperty(Array.prototype, 'toJSON');
    }
  });
});
