import { BedrockRuntimeClient, type ConverseRequest } from '@aws-sdk/client-bedrock-runtime';
import { bedrock, cachedBedrock } from '@cached-llm/bedrock';
import { adapterConformance, type ExchangeResponse } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type BedrockAnswer, startBedrock } from './bedrock-server.ts';
import { clientOf, converse, converseAnswer, converseEvents, converseStream } from './wire.ts';

type Request = ConverseRequest & object;

const ENDINGS: Readonly<Record<string, BedrockAnswer['ending']>> = {
  'cut-socket': 'cut',
  hang: 'hang',
};

/** The answers and faults of the suite, in the frames of Bedrock. */
function framed({ status = 200, body, ...delivery }: ExchangeResponse): BedrockAnswer {
  const { chunkSize = 'event', latencyPerChunk = 0, faults: [fault] = [] } = delivery;
  const limit = fault && 'afterEvents' in fault ? fault.afterEvents : undefined;
  const travel = {
    status,
    latency: latencyPerChunk,
    ending: ENDINGS[fault?.kind ?? ''] ?? 'end',
    ...(chunkSize !== 'event' && { chunkSize: chunkSize === 'byte' ? 1 : chunkSize }),
  };
  if (Array.isArray(body)) return { ...travel, events: body.slice(0, limit) };
  return limit === 0 ? travel : { ...travel, body };
}

async function startWire() {
  let current: ExchangeResponse = { body: {} };
  const server = await startBedrock(() => framed(current));
  const answer = (response: ExchangeResponse) => {
    current = response;
  };
  return { url: server.url, requests: server.requests, answer, close: () => server.close() };
}

const answer = (fields: object = {}): ExchangeResponse => ({ body: converseAnswer(fields) });
const saying = (content: unknown) =>
  answer({ output: { message: { role: 'assistant', content } } });
const events = (...body: readonly unknown[]): ExchangeResponse => ({ body });
const [start, ...rest] = converseEvents();
const ends = rest.slice(-2);

const incompleteCall = [
  {
    contentBlockStart: {
      contentBlockIndex: 0,
      start: { toolUse: { toolUseId: 't', name: 'now' } },
    },
  },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":' } } } },
];

const request: Request = {
  modelId: 'anthropic.claude-test-v1:0',
  messages: [{ role: 'user', content: [{ text: 'Why is the sea salty?' }] }],
  inferenceConfig: { temperature: 0 },
};
const tool = (name: string) => ({ toolSpec: { name, inputSchema: { json: { type: 'object' } } } });
const picture = (byte: number) => {
  const image = { format: 'png' as const, source: { bytes: new Uint8Array([byte]) } };
  return { role: 'user' as const, content: [{ image }] };
};

const lacking = adapterConformance<Request>(
  { describe, test, expect },
  {
    name: 'bedrock',
    startWire,
    open({ url, cache, apiKey }) {
      const credentials = { accessKeyId: apiKey, secretAccessKey: apiKey };
      const client = cachedBedrock(clientOf({ url }, { credentials }), { cache });
      return {
        ask: (asked) => client.send(converse(asked)),
        // The SDK names no class for its streams, so the suite gets a generator, with what has the origin.
        async stream(asked, abortSignal) {
          const response = await client.send(converseStream(asked), { abortSignal });
          async function* chunks() {
            yield* response.stream ?? [];
          }
          return Object.assign(chunks(), { response });
        },
        close: () => client.destroy(),
      };
    },
    plain: { request, response: answer() },
    streamed: { request, response: events(...converseEvents()) },
    wrapper: {
      wrap: cachedBedrock,
      wrongClients: {
        'a class': BedrockRuntimeClient,
        'another object': { send() {}, middlewareStack: { add() {} } },
        'a client of another service': {
          middlewareStack: { add() {} },
          config: { serviceId: 'Bedrock' },
        },
      },
      remedy: 'new BedrockRuntimeClient()',
    },
    functions: { adapter: bedrock, usage: { inputTokens: 3, outputTokens: 2 } },
    nearMisses: {
      'another model': (asked) => ({ ...asked, modelId: 'anthropic.claude-other-v1:0' }),
      'another temperature': (asked) => ({ ...asked, inferenceConfig: { temperature: 0.01 } }),
      'a limit': (asked) => ({ ...asked, inferenceConfig: { temperature: 0, maxTokens: 9 } }),
      'a system prompt': (asked) => ({ ...asked, system: [{ text: 'Be brief.' }] }),
      'a tool': (asked) => ({ ...asked, toolConfig: { tools: [tool('now')] } }),
      'another tool': (asked) => ({ ...asked, toolConfig: { tools: [tool('today')] } }),
      'a picture': (asked) => ({ ...asked, messages: [picture(1)] }),
      'another picture': (asked) => ({ ...asked, messages: [picture(2)] }),
      'a beta flag': (asked) => ({
        ...asked,
        additionalModelRequestFields: { anthropic_beta: ['x'] },
      }),
      'a guardrail': (asked) => ({
        ...asked,
        guardrailConfig: { guardrailIdentifier: 'a', guardrailVersion: '1' },
      }),
      'a latency mode': (asked) => ({ ...asked, performanceConfig: { latency: 'optimized' } }),
      'an unknown field': (asked) => ({ ...asked, brandNew: 1 }),
    },
    neutral: {
      'other metadata': (asked) => ({ ...asked, requestMetadata: { run: '2' } }),
      'another service tier': (asked) => ({ ...asked, serviceTier: { type: 'flex' } }),
      'a temperature equal to two decimals': (asked) => ({
        ...asked,
        inferenceConfig: { temperature: 0.0000001 },
      }),
    },
    unfit: {
      'cut off at the limit': answer({ stopReason: 'max_tokens' }),
      'stopped by a guardrail': answer({ stopReason: 'guardrail_intervened' }),
      'stopped by a filter': answer({ stopReason: 'content_filtered' }),
      malformed: answer({ stopReason: 'malformed_tool_use' }),
      'without a reason': answer({ stopReason: undefined }),
      empty: saying([]),
      'only thoughts': saying([{ reasoningContent: { reasoningText: { text: 'Hm' } } }]),
    },
    unfitStreams: {
      'cut off at the limit': events(...converseEvents('max_tokens')),
      'stopped by a guardrail': events(...converseEvents('guardrail_intervened')),
      'stopped by a filter': events(...converseEvents('content_filtered')),
      malformed: events(...converseEvents('malformed_model_output')),
      empty: events(start, ...ends),
      'an incomplete tool call': events(start, ...incompleteCall, ...ends),
      'an error at once': events({ throttlingException: { message: 'slow' } }),
      'an error in the middle': events(start, { modelStreamErrorException: { message: 'no' } }),
      'without an end': events(start, ...rest.slice(0, -2)),
    },
    without: ['headers'], // middleware adds them, after the key is taken
  },
);

test('a response of Converse has only its fields, and a request has no headers before the middleware', () => {
  expect(lacking).toEqual(['headers', 'inspect']);
});
