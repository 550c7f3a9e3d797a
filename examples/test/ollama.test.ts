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

const line = (content: string, rest: object) => ({
  model: 'llama3.2',
  message: { role: 'assistant', content },
  ...rest,
});

function answer({ json }: ReceivedRequest) {
  const { stream } = json as { stream?: boolean }; // as the example asks
  const end = { done: true, done_reason: 'stop' };
  if (stream !== true) return { body: line('Rivers bring it.', end) };
  return {
    kind: 'ndjson' as const,
    body: [line('Rivers bring it.', { done: false }), line('', end)],
  };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startWireServer({ answer });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

test('14 Ollama: the client answers and streams from the store', async () => {
  const environment = { OLLAMA_HOST: server.url };
  expect(await runExample('14-ollama', environment, folder.path)).toBe(
    'true\nRivers bring it.\nRivers bring it.\n{ hits: 2, misses: 2 }\n',
  );
  expect(server.count).toBe(2);
});
