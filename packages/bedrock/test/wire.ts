import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { cachedBedrock } from '@cached-llm/bedrock';
import { chunksOf, wireTrial } from '@cached-llm/testing';
import { type BedrockServer, startBedrock } from './bedrock-server.ts';

export const credentials = { accessKeyId: 'AKIA-test-secret', secretAccessKey: 'test-secret' };

/** A client as an application makes it, against a server on this machine. */
export function clientOf(
  { url }: Pick<BedrockServer, 'url'>,
  config: BedrockRuntimeClientConfig = {},
): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: 'eu-west-1',
    endpoint: url,
    credentials,
    maxAttempts: 1,
    ...config,
  });
}

const trial = wireTrial(startBedrock, ({ server, cache }) =>
  cachedBedrock(clientOf(server), { cache }),
);

/** Runs a test with a cached client. */
export const withWire: typeof trial = (answer, use) =>
  trial(answer, async (wire) => {
    try {
      await use(wire);
    } finally {
      wire.client.destroy();
    }
  });

const modelId = 'anthropic.claude-test-v1:0';

export const question = {
  modelId,
  messages: [{ role: 'user' as const, content: [{ text: 'Hi' }] }],
};

export const converse = (fields: object = {}) => new ConverseCommand({ ...question, ...fields });
export const converseStream = (fields: object = {}) =>
  new ConverseStreamCommand({ ...question, ...fields });
export const invoke = (body: unknown, fields: object = {}) =>
  new InvokeModelCommand({ modelId, body: textOf(body), ...fields });
export const invokeStream = (body: unknown, fields: object = {}) =>
  new InvokeModelWithResponseStreamCommand({ modelId, body: textOf(body), ...fields });

const textOf = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

export function converseAnswer(fields: object = {}) {
  return {
    output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
    metrics: { latencyMs: 12 },
    ...fields,
  };
}

export function converseEvents(stopReason = 'end_turn'): readonly object[] {
  const delta = (text: string) => ({
    contentBlockDelta: { contentBlockIndex: 0, delta: { text } },
  });
  return [
    { messageStart: { role: 'assistant' } },
    delta('Hel'),
    delta('lo, wörld'),
    { contentBlockStop: { contentBlockIndex: 0 } },
    { messageStop: { stopReason } },
    {
      metadata: {
        usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
        metrics: { latencyMs: 9 },
      },
    },
  ];
}

/** The response of a streamed command, read to its end. */
export async function eventsOf(
  client: BedrockRuntimeClient,
  command: ConverseStreamCommand,
  options: { readonly abortSignal?: AbortSignal } = {},
) {
  const { stream, ...rest } = await client.send(command, options);
  return { ...rest, chunks: await chunksOf(stream ?? []) };
}
