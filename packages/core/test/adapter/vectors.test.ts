import { describe, expect, test } from '@jest/globals';
import { rejectRanking, rejectVectors } from '../../src/adapter/vectors.ts';
import { defaultAdapter } from '../../src/adapter.ts';

const base64Of = (numbers: readonly number[]) =>
  Buffer.from(new Float32Array(numbers).buffer).toString('base64');
const bytes = (numbers: readonly number[]) => Buffer.from(numbers).toString('base64');

describe('vectors may be stored', () => {
  test.each([
    ['numbers', [[0.1, -0.2]], {}],
    ['numbers of which some are zero', [[0, 1e-300]], {}],
    ['bytes with a sign', [[-128, 127]], { type: 'int8' }],
    ['a typed array', [new Float32Array([1, 2])], {}],
    ['floats in base64', [base64Of([0.1, -0.2])], { dimensions: 2 }],
    ['floats in the base64 of URLs', [base64Of([1, -1.5]).replaceAll('/', '_')], {}],
    ['bytes in base64', [bytes([1, 2, 3])], { type: 'int8', dimensions: 3 }],
    ['bits, eight in a number', [[1, 255]], { type: 'ubinary', dimensions: 16 }],
    ['bits, eight in a number, with a rest', [[1, 255]], { type: 'binary', dimensions: 12 }],
    ['bits, one in a number', [[1, 0, 1]], { type: 'binary', dimensions: 3 }],
    ['bits in base64', [bytes([1, 2])], { type: 'ubinary', dimensions: 16 }],
    ['bytes of a type that only says base64', ['AAAA'], { type: 'base64' }],
    ['as many as were asked for', [[1], [2]], { count: 2, dimensions: 1 }],
    ['numbers where the request has no number of dimensions', [[1]], { dimensions: null }],
  ])('%s', (_name, vectors, expected) => {
    expect(rejectVectors(vectors, expected)).toBeUndefined();
  });
});

describe('vectors are rejected', () => {
  test.each([
    ['none', [], {}],
    ['none where none was asked for', [], { count: 0 }],
    ['an empty one', [[]], {}],
    ['null', [null], {}],
    ['undefined', [undefined], {}],
    ['a number', [1], {}],
    ['an object', [{ 0: 1 }], {}],
    ['nulls in the place of numbers', [[null, null]], {}],
    ['one null', [[1, null]], {}],
    ['numbers as texts', [['1', '2']], {}],
    ['the text NaN for numbers', [['NaN']], {}],
    ['numbers that are not finite', [[Number.NaN]], {}],
    ['numbers beyond what is finite', [[JSON.parse('1e400')]], {}],
    ['a list in a list', [[[1]]], {}],
    ['truth values', [[true, false]], {}],
    ['zeros', [[0, 0]], {}],
    ['negative zeros', [[-0, 0]], {}],
    ['bytes of zeros', [[0, 0]], { type: 'uint8' }],
    ['bits of zeros', [[0, 0]], { type: 'ubinary' }],
    ['the base64 of nothing', [''], {}],
    ['the base64 of zeros', [base64Of([0, 0])], {}],
    ['the base64 of what is not finite', [base64Of([1, Number.NaN])], {}],
    ['the base64 of zeros, by type', [base64Of([0, 0])], { type: 'base64' }],
    ['the base64 of nothing, by type', [''], { type: 'base64' }],
    ['the base64 of a part of a float', [bytes([1, 2, 3])], {}],
    ['a text that is not base64', ['no vector!'], {}],
    ['the word NaN', ['NaN'], {}],
    ['the word null', ['null'], {}],
    ['fewer than were asked for', [[1]], { count: 2 }],
    ['more than were asked for', [[1], [2]], { count: 1 }],
    ['two lengths', [[1], [1, 2]], {}],
    ['another number of dimensions', [[1, 2]], { dimensions: 3 }],
    ['another number of dimensions in base64', [base64Of([1, 2])], { dimensions: 8 }],
    ['another number of bits', [[1, 2]], { type: 'binary', dimensions: 24 }],
    ['fewer floats than dimensions', [[1, 2]], { type: 'float', dimensions: 16 }],
  ])('%s', (_name, vectors, expected) => {
    expect(rejectVectors(vectors, expected)).toBe('incomplete');
  });
});

const ranked = (...pairs: [unknown, unknown][]) =>
  pairs.map(([index, score]) => ({ index, score }));

describe('a ranking', () => {
  test.each([
    ['has all documents', ranked([1, 0.9], [0, 0.1]), { count: 2 }],
    ['has the best documents', ranked([2, 0.9]), { count: 3, top: 1 }],
    ['has all of fewer documents than it may have', ranked([0, 0.9]), { count: 1, top: 10 }],
    ['has equal scores', ranked([0, 0.5], [1, 0.5]), { count: 2 }],
    ['has scores of zero and below', ranked([0, 0], [1, -4.2]), { count: 2 }],
    ['is not sorted', ranked([0, 0.1], [1, 0.9]), { count: 2 }],
    ['has no number of documents that it may have', ranked([0, 1]), { count: 1, top: null }],
  ])('may be stored that %s', (_name, ranking, expected) => {
    expect(rejectRanking(ranking, expected)).toBeUndefined();
  });

  test.each([
    ['counts from 1', ranked([2, 0.9], [1, 0.1]), { count: 2 }],
    ['counts below 0', ranked([-1, 0.9], [0, 0.1]), { count: 2 }],
    ['names a document that is not there', ranked([7, 0.9]), { count: 3, top: 1 }],
    ['names a document twice', ranked([0, 0.9], [0, 0.1]), { count: 2 }],
    ['names no documents', ranked([undefined, 0.9], [undefined, 0.1]), { count: 2 }],
    ['names documents by text', ranked(['0', 0.9], ['1', 0.1]), { count: 2 }],
    ['names half a document', ranked([0.5, 0.9]), { count: 1 }],
    ['has fewer documents than were asked for', ranked([0, 0.9]), { count: 2 }],
    ['has fewer documents than it may have', ranked([0, 0.9]), { count: 3, top: 2 }],
    ['has more documents than it may have', ranked([0, 0.9], [1, 0.1]), { count: 2, top: 1 }],
    ['has no scores', ranked([0, null], [1, undefined]), { count: 2 }],
    ['has scores as texts', ranked([0, '0.9'], [1, '0.1']), { count: 2 }],
    ['has scores that are not finite', ranked([0, Number.NaN]), { count: 1 }],
  ])('is rejected that %s', (_name, ranking, expected) => {
    expect(rejectRanking(ranking, expected)).toBe('incomplete');
  });

  test('is empty that has no documents', () => {
    expect(rejectRanking([], { count: 2 })).toBe('empty');
  });
});

describe('without an adapter', () => {
  test.each([
    ['OpenAI', { data: [{ embedding: [1] }] }, { input: ['a'] }],
    ['OpenAI, of a list of tokens', { data: [{ embedding: [1] }] }, { input: [1, 2] }],
    ['Ollama', { embeddings: [[1]] }, {}],
    ['one vector', { embedding: [1] }, {}],
    ['Gemini', { embedding: { values: [1] } }, {}],
    ['Gemini, a batch', { embeddings: [{ values: [1] }] }, {}],
    ['Vertex AI', { predictions: [{ embeddings: { values: [1] } }] }, {}],
    ['watsonx', { results: [{ embedding: [1] }] }, {}],
    ['Cohere', { embeddings: { float: [[1]], int8: [[1]] } }, {}],
    ['choices of another kind', { data: [{ text: 'Hi' }], results: ['a'] }, { input: 'a' }],
    ['a table', { data: [['a', 'b']], results: [{ values: ['a'] }] }, {}],
    ['lists of another kind', { data: { embedding: 'small' }, embeddings: 3 }, {}],
    ['an empty list of something else', { data: [], total: 0 }, {}],
    ['a name for a model', { embedding: 'small', text: 'Hi' }, {}],
    ['a ranking', { results: [{ index: 0, relevance_score: 1 }] }, { documents: ['a'] }],
    ['results of another kind', { results: [{ id: 1 }] }, { documents: ['a'] }],
  ])('a response may be stored: %s', (_name, response, request) => {
    expect(defaultAdapter.rejects(response, request)).toBeUndefined();
  });

  test.each([
    ['OpenAI, too few', { data: [{ embedding: [1] }] }, { input: ['a', 'b'] }],
    ['OpenAI, none', { data: [] }, { input: [] }],
    ['OpenAI, null', { data: [{ embedding: null }] }, {}],
    ['OpenAI, zeros', { data: [{ embedding: [0] }] }, { input: 'a' }],
    ['OpenAI, another length', { data: [{ embedding: [1] }] }, { input: 'a', dimensions: 2 }],
    ['Ollama, nulls', { embeddings: [[null]] }, {}],
    ['Gemini, empty', { embedding: { values: [] } }, {}],
    ['Gemini, a batch with an empty one', { embeddings: [{ values: [1] }, { values: [] }] }, {}],
    ['Gemini, a batch with nothing', { embeddings: [{ values: [1] }, {}] }, {}],
    ['Vertex AI, zeros', { predictions: [{ embeddings: { values: [0] } }] }, {}],
    ['watsonx, null', { results: [{ embedding: null }] }, {}],
    ['Cohere, empty', { embeddings: { float: [[]] } }, {}],
    ['one vector that is empty', { embedding: [] }, {}],
    ['one vector that is null', { embedding: null }, {}],
    ['a ranking from 1', { results: [{ index: 1, relevance_score: 1 }] }, { documents: ['a'] }],
    ['a ranking of Jina', { data: [{ index: 0, relevance_score: '1' }] }, { documents: ['a'] }],
  ])('a response is rejected: %s', (_name, response, request) => {
    expect(defaultAdapter.rejects(response, request)).toBe('incomplete');
  });
});
