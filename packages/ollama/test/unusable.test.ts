import { ollama } from '@cached-llm/ollama';
import { describe, expect, test } from '@jest/globals';
import { withWire } from './wire.ts';

type Fields = Readonly<Record<string, unknown>>;

const line = (message: Fields, rest: Fields = { done: true, done_reason: 'stop' }) => ({
  ...{ model: 'm', message: { role: 'assistant', content: '', ...message }, ...rest },
});
const request = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };

describe('an answer is returned and not stored that is', () => {
  test.each<[string, string, Fields, object?]>([
    ['a torn JSON', 'malformed', line({ content: '{"a' }), { format: 'json' }],
    [
      'no JSON of the schema',
      'malformed',
      line({ content: 'Yes.' }),
      { format: { type: 'object' } },
    ],
    [
      'JSON without what its schema requires',
      'malformed',
      line({ content: '{}' }),
      { format: { type: 'object', required: ['city'] } },
    ],
    ['a call without a name', 'malformed', line({ tool_calls: [{}] })],
    ['white space', 'empty', line({ content: '\n' })],
    ['thoughts alone', 'empty', line({ thinking: 'Hm.' })],
    ['thoughts alone in the text', 'empty', line({ content: '<think>Hm.' })],
  ])('%s: %s', async (_name, reason, body, more = {}) => {
    await withWire({ answer: () => ({ body }) }, async ({ client, story, events }) => {
      for (const _round of [1, 2]) await client.chat({ ...request, ...more, stream: false });
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      expect(events[1]).toMatchObject({ reason });
    });
  });

  const piece = (content: string) => line({ content }, { done: false });
  const end = line({});
  const timed = (fields: Fields, second: number) => ({
    ...{ ...fields, created_at: `2026-01-01T00:00:0${second}.5Z` },
  });
  test.each<[string, string, unknown[]]>([
    ['a torn line', 'unreadable', [piece('Take '), '{"model":"m","mess', piece('more.'), end]],
    ['torn JSON', 'malformed', [piece('{"a'), end]],
    ['lines of two models', 'unfinished', [piece('{'), { ...piece('}'), model: 'n' }, end]],
    ['a line of before', 'unfinished', [timed(piece('{'), 2), timed(piece('}'), 1), timed(end, 3)]],
    ['a plain failure', 'error', [piece('{}'), { error: 'busy' }, end]],
  ])('a stream with %s: %s', async (_name, reason, lines) => {
    const body = lines
      .map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`)
      .join('');
    const answer = () => ({ kind: 'ndjson' as const, body });
    await withWire({ answer }, async ({ client, story, events }) => {
      for (const _round of [1, 2]) {
        const read = async () => {
          for await (const _line of await client.chat({
            ...request,
            format: 'json',
            stream: true,
          }));
        };
        await read().catch(() => {});
      }
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      expect(events[1]).toMatchObject({ reason });
    });
  });
});

test('a stream with two ends is no whole answer', () => {
  const lines = [line({ content: 'A' }), line({ content: 'B' })];
  expect(ollama.stream.assemble(lines)).toBeUndefined();
  expect(ollama.stream.assemble(lines.slice(1))).toMatchObject({ message: { content: 'B' } });
});

test('the lines of a stream under the type of JSON are stored', async () => {
  const body = [line({ content: 'A' }, { done: false }), line({})].map(
    (each) => `${JSON.stringify(each)}\n`,
  );
  const answer = () => ({ kind: 'json' as const, body: body.join('') });
  await withWire({ answer }, async ({ client, story }) => {
    for (const _round of [1, 2]) {
      for await (const _line of await client.chat({ ...request, stream: true }));
    }
    expect(story).toEqual(['miss', 'stored', 'hit']);
  });
});
