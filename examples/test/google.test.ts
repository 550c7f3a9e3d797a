import { type ReceivedRequest, startWireServer, temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

/** Repeats the question as its answer, so that a wrong answer is visible. */
function answer({ json, path }: ReceivedRequest) {
  const { contents } = json as { contents: [{ parts: [{ text: string }] }] };
  const parts = [{ text: `You asked: ${contents[0].parts[0].text}` }];
  const body = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] };
  return path.includes(':streamGenerateContent') ? { kind: 'sse' as const, body } : { body };
}

test('10 the Google client answers, chats and streams from the store', async () => {
  const server = await startWireServer({ answer });
  const folder = await temporaryFolder();
  const wire = { GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: server.url };
  try {
    expect(await runExample('10-google', wire, folder.path)).toBe(
      [
        '1 miss You asked: Why is the sea salty?',
        '2 hit You asked: Why is the sea salty?',
        'You asked: And why is it blue?',
        'You asked: And why is it blue?',
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
