import {
  type ReceivedRequest,
  serverSentEvents,
  startWireServer,
  temporaryFolder,
} from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

/** Repeats the question as its answer, so that a wrong answer is visible. */
function answer({ json }: ReceivedRequest) {
  const { messages, stream } = json as { messages: [{ content: string }]; stream?: boolean };
  const content = [{ type: 'text', text: `You asked: ${messages[0].content}` }];
  const usage = { input_tokens: 5, output_tokens: 7 };
  const whole = { id: 'msg_1', type: 'message', role: 'assistant', stop_reason: 'end_turn', usage };
  if (stream !== true) return { body: { ...whole, content } };
  const events = [
    { type: 'message_start', message: { ...whole, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { ...content[0], type: 'text_delta' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage },
    { type: 'message_stop' },
  ];
  const body = serverSentEvents(events.map((data) => ({ event: data.type, data })));
  return { kind: 'sse' as const, body };
}

test('09 the Anthropic client answers and streams from the store', async () => {
  const server = await startWireServer({ answer });
  const folder = await temporaryFolder();
  const wire = { ANTHROPIC_API_KEY: 'none', ANTHROPIC_BASE_URL: server.url };
  try {
    expect(await runExample('09-anthropic', wire, folder.path)).toBe(
      [
        '1 miss You asked: Why is the sea salty?',
        '2 hit You asked: Why is the sea salty?',
        'You asked: Why is the sea salty?',
        'stream 1: 7 tokens',
        'You asked: Why is the sea salty?',
        'stream 2: 7 tokens',
        '{ hits: 2, misses: 2 }',
        '',
      ].join('\n'),
    );
    expect(server.count).toBe(2);
  } finally {
    await server.close();
    await folder.remove();
  }
});
