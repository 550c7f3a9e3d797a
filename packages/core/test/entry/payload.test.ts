import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeValue, Payload } from '../../src/entry/value-text.ts';
import { rich } from './arbitrary-value.ts';

/** Changes everything in a value, as a caller may do with an answer. */
function spoil(value: unknown): void {
  if (value instanceof Map || value instanceof Set) {
    for (const part of [...value].flat()) spoil(part);
    value.clear();
  } else if (ArrayBuffer.isView(value)) {
    new Uint8Array(value.buffer, value.byteOffset, value.byteLength).fill(7);
  } else if (value instanceof Date) {
    value.setTime(0);
  } else if (value instanceof URL) {
    value.search = 'spoiled';
  } else if (typeof value === 'object' && value !== null) {
    spoilParts(value);
  }
}

function spoilParts(value: object): void {
  for (const part of Object.values(value)) spoil(part);
  if (Array.isArray(value)) value.reverse().push('spoiled');
  else
    Object.assign(value, Object.fromEntries([...Object.keys(value), 'x'].map((name) => [name, 1])));
}

describe('a payload', () => {
  test('decodes to the same value every time, whatever callers did to the values before', () => {
    fc.assert(
      fc.property(rich, (value) => {
        const payload = new Payload(encodeValue(value));
        for (let time = 0; time < 4; time += 1) {
          const decoded = payload.decode();
          expect(isDeepStrictEqual(decoded, value)).toBe(true);
          spoil(decoded);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('gives each caller a value of its own', () => {
    const payload = new Payload(
      encodeValue({ choices: [{ message: { content: 'Hi' } }], usage: {} }),
    );
    const [first, second, third] = [payload.decode(), payload.decode(), payload.decode()] as {
      choices: { message: object }[];
    }[];
    expect([first, second]).toStrictEqual([third, third]);
    for (const [one, other] of [
      [first, second],
      [second, third],
    ]) {
      expect(one).not.toBe(other);
      expect(one?.choices).not.toBe(other?.choices);
      expect(one?.choices[0]?.message).not.toBe(other?.choices[0]?.message);
    }
  });

  test.each(['', '{', '{"$cached-llm":["bigint","x"]}', '{"__proto__":{}}'])(
    'throws at each decoding for a text that encodeValue did not write: %j',
    (text) => {
      const payload = new Payload(text);
      for (let time = 0; time < 3; time += 1) expect(() => payload.decode()).toThrow(SyntaxError);
    },
  );
});
