import { anthropic } from '@cached-llm/anthropic';
import { describe, expect, test } from '@jest/globals';
import { message } from './wire.ts';

const used = (input: unknown) =>
  message({
    content: [{ type: 'tool_use', id: 't', name: 'now', input }],
    stop_reason: 'tool_use',
  });

describe('an answer of Claude', () => {
  test.each<[string, string, object]>([
    ['truncated', 'a pause', message({ stop_reason: 'pause_turn' })],
    ['truncated', 'a full context', message({ stop_reason: 'model_context_window_exceeded' })],
    ['refusal', 'a refusal', message({ stop_reason: 'refusal' })],
    ['incomplete', 'no reason', message({ stop_reason: null })],
    ['empty', 'white space', message({ content: [{ type: 'text', text: ' \n' }] })],
    ['empty', 'a thought', message({ content: [{ type: 'thinking', thinking: 'Hm' }] })],
    ['malformed', 'arguments that do not parse', used('{"city":')],
    ['malformed', 'a reason without a call', message({ stop_reason: 'tool_use' })],
    ['hosted-tool', 'a container', message({ container: { id: 'c' } })],
    [
      'hosted-tool',
      'a search that nobody asked for',
      message({
        content: [
          { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
          { type: 'web_search_tool_result', tool_use_id: 's', content: [] },
          { type: 'text', text: 'Found' },
        ],
      }),
    ],
    ['error', 'an error', { type: 'error', error: { type: 'overloaded_error' } }],
  ])('is %s: %s', (rejection, _what, answer) => {
    expect(anthropic.rejects(answer, {})).toBe(rejection);
  });

  test('is made with what runs at Anthropic where the request names skills for a sandbox', () => {
    const container = { skills: [{ type: 'custom', skill_id: 's', version: 'latest' }] };
    expect(anthropic.rejects(message({}), { container })).toBe('hosted-tool');
  });

  test('is stored where it calls a tool of the caller, or quotes the document that it was given', () => {
    expect(anthropic.rejects(used({}), {})).toBeUndefined();
    const citations = [{ type: 'char_location', cited_text: 'Salt' }];
    const quoting = message({ content: [{ type: 'text', text: 'Salt', citations }] });
    expect(anthropic.rejects(quoting, {})).toBeUndefined();
  });

  test('keeps the arguments of a streamed call as a text where they do not parse', () => {
    const chunks = [
      { type: 'message_start', message: message({ content: [], stop_reason: null }) },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 't', name: 'now', input: {} },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"a":' },
      },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: {} },
      { type: 'message_stop' },
    ];
    expect(anthropic.rejects(anthropic.stream.assemble(chunks), {})).toBe('malformed');
  });
});
