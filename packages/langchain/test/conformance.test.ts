import { CachedLlmCache, cachedFetch } from '@cached-llm/langchain';
import {
  type AdapterUnderTest,
  adapterConformance,
  chatEvents,
  demoExchanges,
  type ExchangeResponse,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import type { AIMessage } from '@langchain/core/messages';
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';

interface Request {
  readonly fields: ChatOpenAIFields;
  readonly messages: readonly (readonly [string, string])[];
}

const { whyIsTheSeaSalty, streamedChat, truncatedByLength, refusal } = demoExchanges;

const request: Request = {
  fields: { model: 'gpt-4o-mini', temperature: 0 },
  messages: [['human', 'Why is the sea salty?']],
};
const withFields = (more: object) => (asked: Request) => ({
  ...asked,
  fields: { ...asked.fields, ...more },
});
const sse = (...body: unknown[]): ExchangeResponse => ({ kind: 'sse', body });

const base = {
  plain: { request, response: whyIsTheSeaSalty.response },
  inspect: (message: AIMessage) => [message.text, message.getType(), message.toDict().type],
  nearMisses: {
    'another model': withFields({ model: 'gpt-4.1' }),
    'another temperature': withFields({ temperature: 0.01 }),
    'a limit': withFields({ maxTokens: 9 }),
    'a stop sequence': withFields({ stop: ['.'] }),
    'an unknown field': withFields({ modelKwargs: { brand_new: 1 } }),
    'a system prompt': ({ fields, messages }: Request) => ({
      fields,
      messages: [['system', 'Be brief.'] as const, ...messages],
    }),
  },
  unfit: {
    'cut off at the limit': truncatedByLength.response,
    refused: refusal.response,
  },
} satisfies Partial<AdapterUnderTest<Request>>;

const said = ({ messages }: Request) =>
  messages.map(([role, text]) => [role, text] as [string, string]);

adapterConformance<Request>(
  { describe, test, expect },
  {
    ...base,
    name: 'langchain through the fetch',
    without: ['trace'], // LangChain makes a message of its own, and takes over nothing of the response
    open({ url, cache, apiKey, headers }) {
      const fetch = cachedFetch({ cache });
      const configuration = { baseURL: `${url}/v1`, fetch, defaultHeaders: headers };
      const modelOf = ({ fields }: Request) =>
        new ChatOpenAI({ ...fields, apiKey, maxRetries: 0, configuration });
      return {
        ask: (asked) => modelOf(asked).invoke(said(asked)),
        stream: (asked, signal) => modelOf(asked).stream(said(asked), { signal }),
      };
    },
    streamed: { request, response: streamedChat.response, firstChunkAfter: 2 },
    neutral: { 'a temperature equal to two decimals': withFields({ temperature: 0.0000001 }) },
    unfitStreams: {
      'cut off at the limit': sse(...chatEvents(['The first'], 'length')),
      filtered: sse(...chatEvents(['The'], 'content_filter')),
      'without an end': sse(...chatEvents(['The']).slice(0, 1)),
    },
  },
);

adapterConformance<Request>(
  { describe, test, expect },
  {
    ...base,
    name: 'langchain through its own cache',
    open({ url, cache, apiKey }) {
      const configuration = { baseURL: `${url}/v1` };
      const own = { apiKey, maxRetries: 0, configuration, cache: new CachedLlmCache({ cache }) };
      const modelOf = ({ fields }: Request) => new ChatOpenAI({ ...fields, ...own });
      return { ask: (asked) => modelOf(asked).invoke(said(asked)) };
    },
    // LangChain itself sets the usage of a hit to zero.
    comparable: (message) => ({ ...(message as AIMessage).toDict().data, usage_metadata: 'any' }),
    without: ['collapse', 'headers'],
  },
);
