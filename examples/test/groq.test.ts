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

function answer({ json }: ReceivedRequest) {
  const { stream } = json as { stream?: boolean }; // as the example asks
  const said = { role: 'assistant', content: 'Rivers bring it.' };
  const choice = { index: 0, finish_reason: 'stop' };
  const whole = { object: 'chat.completion', choices: [{ ...choice, message: said }] };
  if (stream !== true) return { body: { ...head, ...whole } };
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

test('15 Groq: the client answers and streams from the store', async () => {
  const environment = { GROQ_API_KEY: 'none', GROQ_BASE_URL: server.url };
  expect(await runExample('15-groq', environment, folder.path)).toBe(
    '1 miss Rivers bring it.\n2 hit Rivers bring it.\nRivers bring it.\nRivers bring it.\n{ hits: 2, misses: 2 }\n',
  );
  expect(server.count).toBe(2);
});
