import { createRequire } from 'node:module';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { bedrock, cachedBedrock } from '@cached-llm/bedrock';
import { EXPECTED_FALLBACKS, type FallbackParts, fallbackTable } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import { converseAnswer, credentials, question } from './wire.ts';

// The SDK's own handler for HTTP/1.1, because this package has none.
const { NodeHttpHandler } = createRequire(
  createRequire(import.meta.url).resolve('@aws-sdk/client-bedrock-runtime'),
)('@smithy/node-http-handler');

const NAMES: Readonly<Record<string, string>> = {
  'status 400': 'ValidationException',
  'status 403': 'AccessDeniedException',
  'status 404': 'ResourceNotFoundException',
  'status 408': 'ModelTimeoutException',
  'status 429': 'ThrottlingException',
  'status 500': 'InternalServerException',
  'status 503': 'ServiceUnavailableException',
};

const parts: FallbackParts<BedrockRuntimeClient> = {
  answer: converseAnswer(),
  headersOf: (failing) => ({ 'x-amzn-errortype': NAMES[failing] ?? 'UnknownException' }),
  open: ({ url, timeout }) =>
    new BedrockRuntimeClient({
      region: 'eu-west-1',
      endpoint: url,
      credentials,
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler({
        requestTimeout: timeout,
        throwOnRequestTimeout: true,
      }),
    }),
  ask: (client, abortSignal) => client.send(new ConverseCommand(question), { abortSignal }),
};

test('an older answer stands in for an outage, and for nothing else', async () => {
  const wrap = cachedBedrock;
  expect(await fallbackTable({ ...parts, wrap })).toEqual(EXPECTED_FALLBACKS);
});

test('it does so for a function that calls the client', async () => {
  expect(await fallbackTable({ ...parts, adapter: bedrock })).toEqual(EXPECTED_FALLBACKS);
});
