import { describe, expect, test } from '@jest/globals';
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
