import { cachedCohere } from '@cached-llm/cohere';
import { describe, expect, test } from '@jest/globals';
import { CohereClient } from 'cohere-ai';
import { withWire } from './wire.ts';

type Fields = Readonly<Record<string, unknown>>;

const text = (content: string) => ({
  role: 'assistant',
  content: [{ type: 'text', text: content }],
});
const answer = (message: Fields, finish_reason = 'COMPLETE') => ({
  body: { id: 'c', finish_reason, message, usage: {} },
});
const call = (input: string, name = 'weather') => ({
  role: 'assistant',
  tool_calls: [{ id: 'a', type: 'function', function: { name, arguments: input } }],
});
const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const JSON_ASKED = { responseFormat: { type: 'json_object' as const } };

describe('an answer is returned and not stored that is', () => {
  test.each<[string, string, { body: Fields }, object?]>([
    ['a torn JSON', 'malformed', answer(text('{"a')), JSON_ASKED],
    ['JSON in a fence', 'malformed', answer(text('```json\n{}\n```')), JSON_ASKED],
    ['torn arguments', 'malformed', answer(call('{"city'), 'TOOL_CALL')],
    ['a call without a name', 'malformed', answer(call('{}', ''), 'TOOL_CALL')],
    ['TOOL_CALL without a call', 'malformed', answer(text('I will'), 'TOOL_CALL')],
    ['white space', 'empty', answer(text('\n'))],
    ['a plan alone', 'empty', answer({ role: 'assistant', tool_plan: 'I will' })],
  ])('%s: %s', async (_name, reason, response, more = {}) => {
    await withWire({ answer: () => response }, async ({ client, story, events }) => {
      for (const _round of [1, 2]) await client.chat({ ...request, ...more }).catch(() => {});
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      expect(events[1]).toMatchObject({ reason });
    });
  });

  const start = { type: 'message-start', id: 'a', delta: { message: { role: 'assistant' } } };
  const piece = (part: string) => ({
    ...{ type: 'content-delta', index: 0, delta: { message: { content: { text: part } } } },
  });
  const begin = (index: number) => ({
    ...{
      type: 'content-start',
      index,
      delta: { message: { content: { type: 'text', text: '' } } },
    },
  });
  const close = (index: number) => ({ type: 'content-end', index });
  const end = { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: {} } };
  test.each<[string, string, unknown[]]>([
    ['two openings', 'unfinished', [start, begin(0), piece('A'), start, piece('B'), close(0), end]],
    ['no opening', 'unfinished', [begin(0), piece('A'), close(0), end]],
    ['a text that never began', 'unfinished', [start, piece('A'), close(0), end]],
    ['a text that never ended', 'unfinished', [start, begin(0), piece('A'), end]],
    [
      'a text that begins twice',
      'unfinished',
      [start, begin(0), piece('A'), begin(0), close(0), end],
    ],
    [
      'a piece after the end of its text',
      'unfinished',
      [start, begin(0), close(0), piece('B'), end],
    ],
    ['the second text alone', 'unfinished', [start, begin(1), close(1), end]],
    [
      'a torn event',
      'unreadable',
      [start, begin(0), '{"type":"content-d', piece('B'), close(0), end],
    ],
    ['white space alone', 'empty', [start, begin(0), piece(' '), close(0), end]],
  ])('a stream with %s: %s', async (_name, reason, body) => {
    const answerWith = () => ({ kind: 'sse' as const, body });
    await withWire({ answer: answerWith }, async ({ client, story, events }) => {
      for (const _round of [1, 2]) {
        const read = async () => {
          for await (const _event of await client.chatStream(request));
        };
        await read().catch(() => {});
      }
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      expect(['abandoned', reason]).toContain((events[1] as { reason?: unknown }).reason);
    });
  });

  async function storyOfFirst(body: readonly unknown[]) {
    let told: readonly string[] = [];
    const answerWith = () => ({
      kind: 'ndjson' as const,
      body: body.map((event) => `${JSON.stringify(event)}\n`).join(''),
    });
    await withWire({ answer: answerWith }, async ({ server, cache, story }) => {
      const given = { token: 'key-test-secret', environment: server.url, maxRetries: 0 };
      const client = cachedCohere(new CohereClient(given), { cache });
      for (const _round of [1, 2]) {
        const read = async () => {
          for await (const _event of await client.chatStream({ message: 'Hi' }));
        };
        await read().catch(() => {});
      }
      told = story;
    });
    return told;
  }

  const said = (text: string) => ({ event_type: 'text-generation', text });
  const opened = { event_type: 'stream-start', generation_id: 'g' };
  const ended = (text: string) => ({
    ...{ event_type: 'stream-end', is_finished: true, finish_reason: 'COMPLETE' },
    response: { text, generation_id: 'g', finish_reason: 'COMPLETE' },
  });
  test.each<[string, unknown[]]>([
    [
      'with another text at its end',
      [opened, said('Take '), said('more.'), ended('Take no more.')],
    ],
    ['with two openings', [opened, said('A'), opened, said('B'), ended('AB')]],
    ['without its opening', [said('A'), ended('A')]],
  ])('a stream of the first version %s', async (_name, events) => {
    expect(await storyOfFirst(events)).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
  });

  test('but a whole stream of the first version is stored', async () => {
    const events = [opened, said('Take '), said('no more.'), ended('Take no more.')];
    expect(await storyOfFirst(events)).toEqual(['miss', 'stored', 'hit']);
  });
});
