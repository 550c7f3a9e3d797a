import { describe, expect, test } from '@jest/globals';
import { embeddingParts } from '../../src/adapter/batch.ts';
import { listOf } from '../../src/key/index.ts';

const parts = embeddingParts({
  counts: ['usage', 'total'],
  vectorsOf: ({ vectors }) => listOf(vectors),
  withVectors: (response, vectors) => ({ ...response, vectors }),
});

const usage = { tokens: 7, cost: 0.01, unit: 'token', details: [{ kind: 'text', tokens: 7 }] };
const whole = { id: 'a', vectors: [[1], [2], [3]], usage, total: 10 };

describe('the parts of a response', () => {
  test('have a share of each count by the length of their items', () => {
    const split = parts.split(whole, ['aa', 'b', 'cccc']);
    expect(split?.map(({ vectors }) => vectors)).toEqual([[[1]], [[2]], [[3]]]);
    expect(split?.map(({ total }) => total)).toEqual([3, 1, 6]);
    expect(split?.map((part) => part.usage)).toEqual([
      {
        tokens: 2,
        cost: expect.closeTo(0.02 / 7),
        unit: 'token',
        details: [{ kind: 'text', tokens: 2 }],
      },
      {
        tokens: 1,
        cost: expect.closeTo(0.01 / 7),
        unit: 'token',
        details: [{ kind: 'text', tokens: 1 }],
      },
      {
        tokens: 4,
        cost: expect.closeTo(0.04 / 7),
        unit: 'token',
        details: [{ kind: 'text', tokens: 4 }],
      },
    ]);
  });

  test('add up to the whole', () => {
    const split = parts.split(whole, ['aa', 'b', 'cccc']) ?? [];
    expect(parts.join(split, [])).toEqual(whole);
  });

  test('count what the provider has just billed where it was asked', () => {
    const [first, ...others] = parts.split(whole, ['aa', 'b', 'cccc']) ?? [];
    const asked = { id: 'new', vectors: [[4]], usage: { tokens: 1 } };
    expect(parts.join([asked, ...others], [asked])).toEqual({
      ...asked,
      vectors: [[4], [2], [3]],
    });
    expect(first).toBeDefined();
  });

  test('count the sum where the provider was asked twice', () => {
    const two = [
      { vectors: [[1]], usage: { tokens: 1 } },
      { vectors: [[2]], usage: { tokens: 2, cost: 1 } },
    ];
    expect(parts.join(two, two)).toEqual({ vectors: [[1], [2]], usage: { tokens: 3, cost: 1 } });
  });

  test('have no count that the response does not have', () => {
    const [part] = parts.split({ vectors: [[1], [2]] }, ['a', 'b']) ?? [];
    expect(part).toEqual({ vectors: [[1]] });
  });

  test('are the response itself where it has one', () => {
    const single = { vectors: [[1]], usage };
    expect(parts.split(single, ['a'])?.[0]).toBe(single);
  });
});

test.each([
  ['too few vectors', { vectors: [[1]] }],
  ['a vector that is missing', { vectors: [[1], null] }],
  ['vectors of two lengths', { vectors: [[1], [1, 2]] }],
])('a response is not split that has %s', (_name, response) => {
  expect(parts.split(response, ['a', 'b'])).toBeUndefined();
});

test('an empty vector hinders no other one', () => {
  expect(parts.split({ vectors: [[1], []] }, ['a', 'b'])).toHaveLength(2);
});

test.each([
  ['differ in their length', { vectors: [[1]] }, { vectors: [[1, 2]] }],
  ['name two models', { model: 'a', vectors: [[1]] }, { model: 'b', vectors: [[2]] }],
  ['lack a vector', { vectors: [[1]] }, { vectors: [] }],
])('responses are not joined that %s', (_name, one, other) => {
  expect(parts.join([one, other], [])).toBeUndefined();
});
