import { startWireServer, temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

interface Asked {
  readonly messages: readonly { readonly content: string }[];
  readonly stream?: boolean;
}

/** Repeats the question as its answer. */
function answer({ json }: { readonly json: unknown }) {
  const { messages, stream } = json as Asked;
  const content = `You asked: ${messages.map((message) => message.content).join(' / ')}`;
  const choice = { index: 0, finish_reason: 'stop' };
  if (stream !== true) {
    return { body: { choices: [{ ...choice, message: { role: 'assistant', content } }] } };
  }
  const delta = { ...choice, finish_reason: null, delta: { role: 'assistant', content } };
  const body = [{ choices: [delta] }, { choices: [{ ...choice, delta: {} }] }, '[DONE]'];
  return { kind: 'sse' as const, body };
}

test('17 LangChain answers and streams from the store, through the fetch and through its cache', async () => {
  const server = await startWireServer({ answer });
  const folder = await temporaryFolder();
  const environment = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: `${server.url}/v1` };
  const output = await runExample('17-langchain', environment, folder.path);
  const salty = 'You asked: Why is the sea salty?\n';
  const blue = 'You asked: And why is it blue?\n';
  expect(output).toBe(
    `${salty.repeat(2)}${blue.repeat(2)}${salty.repeat(2)}{ hits: 3, misses: 3 }\n`,
  );
  expect(server.count).toBe(3);
  await folder.remove();
  await server.close();
});
