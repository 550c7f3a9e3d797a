import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { plainText } from '../../src/words/plain-text.ts';
import { arbitraryJson } from './arbitrary-json.ts';

const MOST = 1_000;

class Money {
  readonly amount = 1;
}

const nested = (depth: number): unknown => (depth === 0 ? 'bottom' : { deeper: nested(depth - 1) });

describe('the plain text of arguments', () => {
  test('is their JSON, where JSON holds all of them', () => {
    const given = [{ model: 'm', temperature: 0.5, tools: [null, true] }, 'second'];
    expect(plainText(given, MOST)).toBe(JSON.stringify(given));
  });

  test('leaves out a field that is undefined, as the wire does', () => {
    expect(plainText([{ model: 'm', seed: undefined }], MOST)).toBe('[{"model":"m"}]');
  });

  test.each([
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', new Uint8Array(2)],
    ['a number that is none', Number.NaN],
    ['an endless number', Number.POSITIVE_INFINITY],
    ['a bigint', 1n],
    ['a function', () => {}],
    ['a symbol', Symbol('s')],
    ['nothing in a list', [undefined]],
    ['a hole in a list', new Array(3)],
    ['a list with a field', Object.assign(['a'], { groups: 'b' })],
    ['a list of a class', new (class extends Array {})()],
    ['an instance of a class', new Money()],
    ['a value with toJSON', { toJSON: () => 'else' }],
    ['a field named by a symbol', { [Symbol('s')]: 1 }],
    ['a value that is too deep', nested(100)],
    ['a list that is too long', Array(1_000).fill(0)],
    ['a text that is too long', 'x'.repeat(MOST + 1)],
  ])('is none where there is %s', (_what, value) => {
    expect(plainText([{ value }], MOST)).toBeUndefined();
  });

  test('is none where a getter throws, or what it holds holds itself', () => {
    const thrower = {
      get field(): never {
        throw new Error('no');
      },
    };
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect([plainText([thrower], MOST), plainText([cycle], MOST)]).toEqual([undefined, undefined]);
  });

  test('is one only for what is the same', () => {
    fc.assert(
      fc.property(arbitraryJson, arbitraryJson, (one, other) => {
        const texts = [plainText([one], 1e6), plainText([other], 1e6)];
        const isOne = texts[0] !== undefined && texts[0] === texts[1];
        if (isOne) expect(JSON.stringify(one)).toBe(JSON.stringify(other));
      }),
    );
  });
});
