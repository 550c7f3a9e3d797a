import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { temporaryFolder } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

/** Repeats the question as its answer. */
async function answer(stream: ServerHttp2Stream): Promise<void> {
  const asked = (await json(stream)) as { messages: { content: { text: string }[] }[] };
  const text = `You asked: ${asked.messages[0]?.content[0]?.text}`;
  const output = { message: { role: 'assistant', content: [{ text }] } };
  const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 };
  stream.respond({ 'content-type': 'application/json' });
  stream.end(JSON.stringify({ output, stopReason: 'end_turn', usage }));
}

test('11 the Bedrock client sends one request', async () => {
  const paths: unknown[] = [];
  const server = createServer(); // the SDK speaks HTTP/2
  server.on('stream', (stream, headers) => {
    paths.push(headers[':path']);
    answer(stream).catch(() => stream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const folder = await temporaryFolder();
  const environment = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: `http://127.0.0.1:${port}`,
  };
  const output = await runExample('11-bedrock', environment, folder.path);
  const line = 'You asked: Why is the sea salty? 5\n';
  expect(output).toBe(`1 ${line}2 ${line}{ hits: 1, misses: 1 }\n`);
  expect(paths).toEqual(['/model/amazon.nova-lite-v1%3A0/converse']);
  await folder.remove();
  server.close();
});
