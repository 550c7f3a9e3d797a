import type { ExchangeResponse } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { withWire } from './wire.ts';

type Fields = Readonly<Record<string, unknown>>;

const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
const head = { id: 'c', model: 'm', object: 'chat.completion', created: 1 };
const answer = (message: Fields, finish_reason = 'stop', rest: Fields = { usage }) => ({
  body: { ...head, choices: [{ index: 0, message, finish_reason }], ...rest },
});
const call = (text: string) => ({ id: 'a', function: { name: 'weather', arguments: text } });

describe('an answer is returned and not stored that is', () => {
  test.each<[string, string, ExchangeResponse]>([
    ['a torn JSON', 'malformed', answer({ content: '{"a' })],
    ['JSON in a fence', 'malformed', answer({ content: '```\n{}\n```' })],
    ['torn arguments', 'malformed', answer({ tool_calls: [call('{"a')] }, 'tool_calls')],
    ['tool_calls without a call', 'malformed', answer({ content: '{}' }, 'tool_calls')],
    ['white space', 'empty', answer({ content: ' \n' })],
    ['thoughts alone', 'empty', answer({ content: [{ type: 'thinking', thinking: [] }] })],
    ['refused by the SDK, without usage', 'malformed', answer({ content: '{}' }, 'stop', {})],
    [
      'refused by the SDK, without an id',
      'malformed',
      answer({ content: '{}' }, 'stop', { usage, id: null }),
    ],
  ])('%s: %s', async (_name, reason, response) => {
    await withWire({ answer: () => response }, async ({ client, story, events }) => {
      for (const _round of [1, 2]) {
        await client.chat
          .complete({
            model: 'm',
            messages: [{ role: 'user', content: 'Hi' }],
            responseFormat: { type: 'json_object' },
          })
          .catch(() => {});
      }
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      expect(events[1]).toMatchObject({ reason });
    });
  });

  const piece = (delta: Fields, finish_reason: string | null = null, rest: Fields = {}) => ({
    ...{ ...head, choices: [{ index: 0, delta, finish_reason }], ...rest },
  });
  const begun = { role: 'assistant', content: '' };
  const end = [piece({}, 'stop', { usage }), '[DONE]'];
  test.each<[string, string, unknown[]]>([
    ['with a torn event', 'unreadable', [piece({ content: 'A' }), '{"id":"c","cho', ...end]],
    ['with an event that the SDK refuses', 'unfinished', [piece({ content: 'A' }), head, ...end]],
    ['of white space', 'empty', [piece({ content: '\n' }), ...end]],
    [
      'with two beginnings',
      'unfinished',
      [piece(begun), piece({ content: 'A' }), piece(begun), piece({ content: 'B' }), ...end],
    ],
    [
      'of two models',
      'unfinished',
      [piece({ content: 'A' }), piece({ content: 'B' }, null, { model: 'n' }), ...end],
    ],
    ['that goes on after its end', 'unfinished', [end[0], piece({ content: 'B' }), ...end]],
  ])('a stream %s: %s', async (_name, reason, body) => {
    const answerWith = () => ({ kind: 'sse' as const, body });
    await withWire({ answer: answerWith }, async ({ client, story, events }) => {
      for (const _round of [1, 2]) {
        const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
        const read = async () => {
          for await (const _event of await client.chat.stream(request));
        };
        await read().catch(() => {});
      }
      expect(story).toEqual(['miss', 'not-admitted', 'miss', 'not-admitted']);
      expect(['abandoned', reason]).toContain((events[1] as { reason?: unknown }).reason);
    });
  });
});
