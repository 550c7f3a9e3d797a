import { startWireServer, temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

interface Asked {
  readonly messages?: readonly { readonly content: string }[];
  readonly input?: readonly string[];
  readonly stream?: boolean;
}

/** Repeats a question as its answer, and returns a vector for each text. */
function answer({ json }: { readonly json: unknown }) {
  const { messages = [], input = [], stream } = json as Asked;
  const envelope = { id: 'c', created: 1, model: 'm' };
  if (input.length > 0) {
    const data = input.map((_text, index) => ({ index, embedding: [index, 1] }));
    return { body: { data, usage: { prompt_tokens: 2 } } };
  }
  const content = `You asked: ${messages.map((message) => message.content).join(' / ')}`;
  const choice = { index: 0, finish_reason: 'stop' };
  if (stream !== true) {
    const message = { role: 'assistant', content };
    return { body: { ...envelope, choices: [{ ...choice, message }] } };
  }
  const delta = { ...choice, finish_reason: null, delta: { content } };
  const body = [
    { ...envelope, choices: [delta] },
    { ...envelope, choices: [{ ...choice, delta: {} }] },
    '[DONE]',
  ];
  return { kind: 'sse' as const, body };
}

test('16 a model of the AI SDK answers, streams and embeds from the store', async () => {
  const server = await startWireServer({ answer });
  const folder = await temporaryFolder();
  const environment = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: `${server.url}/v1` };
  const output = await runExample('16-ai-sdk', environment, folder.path);
  const said = 'You asked: Why is the sea salty?';
  expect(output).toBe(
    `miss ${said}\nhit ${said}\n${said}\n${said}\n2\n2\n{ hits: 4, misses: 4 }\n`,
  );
  expect(server.count).toBe(3);
  await folder.remove();
  await server.close();
});
