import { expect, test } from '@jest/globals';
import { callEndpoint } from '../src/call-endpoint.ts';
import { invoke, withWire } from './wire.ts';

const EU = JSON.stringify(['eu-west-1', false, false, null]);
const OWN = { hostname: '127.0.0.1', port: 8080, protocol: 'http:', path: '/' };

test.each([
  ['Converse', {}, 'chat'],
  ['InvokeModel', { messages: [] }, 'chat'],
  ['InvokeModel', { message: 'Hi', chat_history: [] }, 'chat'],
  ['InvokeModel', { prompt: 'Hi' }, 'text_completion'],
  ['InvokeModel', { inputText: 'Hi', textGenerationConfig: {} }, 'text_completion'],
  ['InvokeModel', { inputText: 'Hi', dimensions: 256 }, 'embeddings'],
  ['InvokeModel', { texts: ['Hi'], input_type: 'search_query' }, 'embeddings'],
  ['InvokeModel', { inputImage: 'aGk=' }, 'embeddings'],
  ['InvokeModel', { taskType: 'SINGLE_EMBEDDING' }, 'embeddings'],
  ['InvokeModel', { query: 'q', documents: ['d'] }, 'rerank'],
  ['InvokeModel', { taskType: 'TEXT_IMAGE', textToImageParams: {} }, undefined],
])('%s of %j is %s, whatever the model is named', (operation, body, expected) => {
  const request = { modelId: 'an-embed-chat-model', body };
  expect(callEndpoint({ operation, endpoint: EU, request }).operation).toBe(expected);
});

test.each([
  [['eu-west-1', false, false, null], 'bedrock-runtime.eu-west-1.amazonaws.com', 443],
  [['us-east-1', true, false, null], 'bedrock-runtime-fips.us-east-1.amazonaws.com', 443],
  [['us-east-1', false, true, null], 'bedrock-runtime.us-east-1.api.aws', 443],
  [['cn-north-1', false, false, null], 'bedrock-runtime.cn-north-1.amazonaws.com.cn', 443],
  [['eu-west-1', false, false, OWN], '127.0.0.1', 8080],
])('a client of %j asks %s', (parts, address, port) => {
  const endpoint = JSON.stringify(parts);
  expect(callEndpoint({ operation: 'Converse', endpoint, request: {} })).toEqual({
    operation: 'chat',
    address,
    port,
  });
});

test('the events of a command name the host of its client', async () => {
  const answer = () => ({ body: { embedding: [0.5], inputTextTokenCount: 3 } });
  await withWire(answer, async ({ client, server, events }) => {
    await client.send(invoke({ inputText: 'Hi' }));
    const port = Number(new URL(server.url).port);
    expect(events[0]).toMatchObject({ endpoint: { operation: 'embeddings', port } });
  });
});
