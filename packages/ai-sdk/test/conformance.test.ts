import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { cachedAiSdk } from '@cached-llm/ai-sdk';
import {
  adapterConformance,
  chatEvents,
  demoExchanges,
  type ExchangeResponse,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';

interface Request {
  readonly model: string;
  readonly params: LanguageModelV4CallOptions;
}

const { whyIsTheSeaSalty, streamedChat, truncatedByLength, refusal, errorUnderStatus200 } =
  demoExchanges;

const request: Request = {
  model: 'gpt-4o-mini',
  params: {
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'Why is the sea salty?' }] }],
    temperature: 0,
  },
};
const withParams = (more: object) => (asked: Request) => ({
  ...asked,
  params: { ...asked.params, ...more },
});
const withOptions = (openai: object) => withParams({ providerOptions: { openai } });
const tool = (name: string) => ({
  tools: [{ type: 'function', name, inputSchema: { type: 'object', properties: {} } }],
});
const sse = (...body: unknown[]): ExchangeResponse => ({ kind: 'sse', body });

/** Only a live answer describes its HTTP exchange. */
function saidIn(value: unknown): unknown {
  const {
    request: _asked,
    response,
    ...said
  } = value as {
    readonly request?: unknown;
    readonly response?: { readonly headers?: unknown; readonly body?: unknown };
  };
  const { headers: _headers, body: _body, ...metadata } = response ?? {};
  return { ...said, metadata };
}

const lacking = adapterConformance<Request>(
  { describe, test, expect },
  {
    name: 'ai-sdk',
    open({ url, cache, apiKey, headers }) {
      const openai = createOpenAI({ apiKey, baseURL: `${url}/v1` });
      const modelOf = ({ model }: Request) => cachedAiSdk(openai.chat(model), { cache });
      return {
        ask: (asked) => modelOf(asked).doGenerate({ ...asked.params, headers }),
        async stream(asked, abortSignal) {
          const params = { ...asked.params, headers, abortSignal };
          const { stream, response } = await modelOf(asked).doStream(params);
          return Object.assign(stream, { response }); // it has the origin
        },
      };
    },
    plain: { request, response: whyIsTheSeaSalty.response },
    streamed: {
      request,
      // The SDK ends the stream at the finish reason. It does not wait for the usage and `[DONE]`.
      response: sse(...(streamedChat.response.body as unknown[]).slice(0, -2)),
      firstChunkAfter: 2, // the SDK waits for the first text or error
    },
    comparable: saidIn,
    inspect: (result: { readonly response: { readonly timestamp: Date } }) =>
      result.response.timestamp.toISOString(),
    inspectChunk: (part: LanguageModelV4StreamPart) =>
      part.type === 'response-metadata' ? part.timestamp?.toISOString() : part.type,
    wrapper: {
      wrap: cachedAiSdk,
      wrongClients: {
        'the name of a model': 'openai/gpt-4o',
        'a provider': { languageModel: () => undefined },
      },
      remedy: "openai('gpt-4o')",
    },
    nearMisses: {
      'another model': (asked) => ({ ...asked, model: 'gpt-4.1' }),
      'another temperature': withParams({ temperature: 0.01 }),
      'a seed': withParams({ seed: 1 }),
      'a limit': withParams({ maxOutputTokens: 9 }),
      'a stop sequence': withParams({ stopSequences: ['.'] }),
      'a system prompt': ({ params, ...asked }) => ({
        ...asked,
        params: {
          ...params,
          prompt: [{ role: 'system', content: 'Be brief.' }, ...params.prompt],
        },
      }),
      'JSON as the response format': withParams({ responseFormat: { type: 'json' } }),
      'a tool': withParams(tool('now')),
      'another tool': withParams(tool('today')),
      'a provider option': withOptions({ logprobs: true }),
      'another user, by whom a gateway may route': withOptions({ user: 'someone' }),
      'a prompt cache key, by which a gateway may route': withOptions({ promptCacheKey: 'k' }),
      'an unknown field': withParams({ brandNew: null }),
    },
    neutral: {
      'provider options without a field': withOptions({}),
      'a temperature equal to two decimals': withParams({ temperature: 0.0000001 }),
    },
    unfit: {
      'cut off at the limit': truncatedByLength.response,
      refused: refusal.response,
      'an error under status 200': errorUnderStatus200.response,
    },
    unfitStreams: {
      'cut off at the limit': sse(...chatEvents(['The first'], 'length')),
      filtered: sse(...chatEvents(['The'], 'content_filter')),
      empty: sse(...chatEvents([])),
      'an error in the middle': sse(...chatEvents(['The']).slice(0, 1), {
        error: { message: 'x' },
      }),
      'without an end': sse(...chatEvents(['The']).slice(0, 1)),
    },
  },
);

test('functions are tested elsewhere, because they return texts and not results of models', () => {
  expect(lacking).toEqual(['functions']);
});
