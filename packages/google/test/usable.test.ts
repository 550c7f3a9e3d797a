import { google } from '@cached-llm/google';
import { chunksOf, until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { content, question, withWire } from './wire.ts';

const parts = (...list: readonly object[]) => ({ content: { role: 'model', parts: list } });
const search = { groundingMetadata: { webSearchQueries: ['salt'] } };

describe('an answer of Gemini', () => {
  test.each<[string, string, object, object?]>([
    ['hosted-tool', 'a search that nobody asked for', content(search), { cachedContent: 'c/a' }],
    ['hosted-tool', 'code that ran', content(parts({ executableCode: { code: 'x' } }))],
    ['hosted-tool', 'a page that was read', content({ urlContextMetadata: { urlMetadata: [{}] } })],
    ['malformed', 'a call without a name', content(parts({ functionCall: {} }))],
    ['empty', 'an empty part', content(parts({}))],
    ['empty', 'a signature alone', content(parts({ thoughtSignature: 'abc' }))],
    ['empty', 'white space', content(parts({ text: '\n' }))],
    ['empty', 'a thought', content(parts({ text: 'Hm', thought: true }))],
    [
      'incomplete',
      'a picture',
      content(parts({ inlineData: { mimeType: 'image/png', data: 'AA' } })),
    ],
    ['filtered', 'a blocked rating under STOP', content({ safetyRatings: [{ blocked: true }] })],
    ['malformed', 'a broken call', content({ finishReason: 'MALFORMED_FUNCTION_CALL' })],
    ['incomplete', 'another language', content({ finishReason: 'LANGUAGE' })],
    ['incomplete', 'no reason', content({ finishReason: 'FINISH_REASON_UNSPECIFIED' })],
    ['incomplete', 'one of two', content(), { generationConfig: { candidateCount: 2 } }],
    [
      'malformed',
      'no JSON',
      content(parts({ text: '{"a":' })),
      { generationConfig: { responseMimeType: 'application/json' } },
    ],
    [
      'malformed',
      'JSON without what its schema requires',
      content(parts({ text: '{}' })),
      { generationConfig: { responseSchema: { type: 'OBJECT', required: ['city'] } } },
    ],
    [
      'malformed',
      'JSON of another type, as the SDK writes the schema',
      content(parts({ text: '{}' })),
      { config: { responseJsonSchema: { type: 'array', items: {} } } },
    ],
    ['filtered', 'a blocked prompt', { promptFeedback: { blockReason: 'SAFETY' } }],
  ])('is %s: %s', (rejection, _what, answer, request = {}) => {
    expect(google.rejects(answer, request)).toBe(rejection);
  });

  test('is stored with an empty note on grounding, or with a call of its own', () => {
    expect(google.rejects(content({ groundingMetadata: {} }), {})).toBeUndefined();
    const call = { functionCall: { name: 'now', args: {} } };
    expect(google.rejects(content(parts(call)), {})).toBeUndefined();
  });
});

describe('a stream is of one answer', () => {
  const { candidates } = content({ finishReason: undefined });
  const first = { ...content(), candidates };
  const last = (fields: object = {}) => ({ ...content(), ...fields });
  const silent = content({ content: { role: 'model', parts: [{ text: '' }] } });
  test.each<[string, object[], string[]]>([
    ['by its id', [first, last({ responseId: 'r2' })], ['not-admitted']],
    ['by its model', [first, last({ modelVersion: 'n' })], ['not-admitted']],
    ['by its end, after which no text comes', [last(), first, last()], ['not-admitted']],
    ['by its choices, of which none is missing', [content({ index: 1 })], ['not-admitted']],
    ['and whole', [first, last()], ['stored']],
    ['and whole, with an empty text after its end', [last(), silent], ['stored']],
    ['and whole, with a reason in each chunk, as old models give it', [last(), last()], ['stored']],
  ])('%s', async (_name, body, ended) => {
    await withWire({ answer: () => ({ kind: 'sse', body }) }, async ({ client, story }) => {
      await chunksOf(await client.models.generateContentStream(question));
      await until('it is judged', () => story.length > 1);
      expect(story).toEqual(['miss', ...ended]);
    });
  });
});

test('a request for a picture bypasses the cache, by its modalities, its prompt or its model', () => {
  expect(google.isStateful?.({ generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } })).toBe(
    true,
  );
  expect(google.isStateful?.({ config: { responseModalities: ['Image'] } })).toBe(true);
  expect(google.isStateful?.({ instances: [{ prompt: 'A sea' }] })).toBe(true);
  expect(google.isStateful?.({ instances: [{ content: 'A sea' }] })).toBe(false);
  const paths = ['gemini-2.5-flash-image:generateContent', 'imagen-4.0-generate-001:predict'];
  for (const path of paths) expect(google.answers?.(`/v1beta/models/${path}`)).toBe(false);
  expect(google.answers?.('/v1beta/models/gemini-2.5-flash:generateContent')).toBe(true);
});
