import { describe, expect, test } from '@jest/globals';
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
  const end = { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: {} } };
  test.each<[string, string, unknown[]]>([
    ['two openings', 'unfinished', [start, piece('A'), start, piece('B'), end]],
    ['a torn event', 'unreadable', [start, '{"type":"content-d', piece('B'), end]],
    ['white space alone', 'empty', [start, piece(' '), end]],
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
});
