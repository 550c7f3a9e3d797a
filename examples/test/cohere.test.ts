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

const content = { type: 'text', text: 'Rivers bring it.' };

function answer({ json }: ReceivedRequest) {
  const { stream } = json as { stream?: boolean }; // as the example asks
  const message = { role: 'assistant', content: [content] };
  if (stream !== true) return { body: { id: 'one', message, finish_reason: 'COMPLETE' } };
  const events = [
    { type: 'message-start', id: 'one', delta: { message: { role: 'assistant' } } },
    { type: 'content-delta', index: 0, delta: { message: { content } } },
    { type: 'message-end', delta: { finish_reason: 'COMPLETE' } },
  ];
  return { kind: 'sse' as const, body: events };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startWireServer({ answer });
});
afterAll(async () => {
  await server.close();
  await folder.remove();
});

test('13 Cohere: the client answers and streams from the store', async () => {
  const environment = { CO_API_KEY: 'none', COHERE_BASE_URL: server.url };
  expect(await runExample('13-cohere', environment, folder.path)).toBe(
    'miss hit\nRivers bring it.\nRivers bring it.\n{ hits: 2, misses: 2 }\n',
  );
  expect(server.count).toBe(2);
});
