import {
  type ReceivedRequest,
  startWireServer,
  type TemporaryFolder,
  temporaryFolder,
  type WireServer,
} from '@cached-llm/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

let server: WireServer;
let folder: TemporaryFolder;

const head = { id: 'one', created: 1, model: 'test' };
const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };

function answer({ json }: ReceivedRequest) {
  const { stream } = json as { stream?: boolean }; // as the example asks
  const said = { role: 'assistant', content: 'Rivers bring it.' };
  const choice = { index: 0, finish_reason: 'stop' };
  const whole = { object: 'chat.completion', choices: [{ ...choice, message: said }] };
  if (stream !== true) return { body: { ...head, ...whole, usage } };
  const chunk = { object: 'chat.completion.chunk', choices: [{ ...choice, delta: said }] };
  return { kind: 'sse' as const, body: [{ ...head, ...chunk }, '[DONE]'] };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startWireServer({ answer });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

test('12 Mistral: the client answers and streams from the store', async () => {
  const environment = { MISTRAL_API_KEY: 'none', MISTRAL_BASE_URL: server.url };
  expect(await runExample('12-mistral', environment, folder.path)).toBe(
    'true\nRivers bring it.\nRivers bring it.\n{ hits: 2, misses: 2 }\n',
  );
  expect(server.count).toBe(2);
});
