import { demoExchanges } from '@cached-llm/testing';
import type { OpenAI } from 'openai';

/** One answer, and what the demo prints about it. */
export interface Reply {
  readonly answer: unknown;
  readonly response: Response;
  readonly tokens: number | undefined;
}

export interface DemoCall {
  readonly name: string;
  ask(client: OpenAI): Promise<Reply>;
}

const { whyIsTheSeaSalty, nameForABakery, greetingInThreeLanguages } = demoExchanges;

type ChatRequest = typeof whyIsTheSeaSalty.request;

function chat(name: string, request: ChatRequest): DemoCall {
  return {
    name,
    async ask(client) {
      const { data, response } = await client.chat.completions.create(request).withResponse();
      return { answer: data, response, tokens: data.usage?.total_tokens };
    },
  };
}

function stream(name: string): DemoCall {
  return {
    name,
    async ask(client) {
      const { request } = demoExchanges.streamedChat;
      const { data, response } = await client.chat.completions.create(request).withResponse();
      const chunks: OpenAI.ChatCompletionChunk[] = [];
      for await (const chunk of data) chunks.push(chunk);
      return { answer: chunks, response, tokens: chunks.at(-1)?.usage?.total_tokens };
    },
  };
}

function embed(name: string): DemoCall {
  return {
    name,
    async ask(client) {
      const { request } = demoExchanges.embeddings;
      const { data, response } = await client.embeddings.create(request).withResponse();
      return { answer: data, response, tokens: data.usage.total_tokens };
    },
  };
}

function respond(name: string): DemoCall {
  return {
    name,
    async ask(client) {
      const { request } = demoExchanges.responsesApi;
      const { data, response } = await client.responses.create(request).withResponse();
      return { answer: data, response, tokens: data.usage?.total_tokens };
    },
  };
}

/** The same fields in reverse order: this is the same request. */
function reversed<Request extends object>(request: Request): Request {
  return Object.fromEntries(Object.entries(request).reverse()) as Request; // the same fields
}

export const demoCalls: readonly DemoCall[] = [
  chat('Why is the sea salty?', whyIsTheSeaSalty.request),
  chat('Why is the sea salty? (again)', whyIsTheSeaSalty.request),
  chat('a name for a bakery', nameForABakery.request),
  chat('a greeting in three languages', greetingInThreeLanguages.request),
  stream('the age of a felled tree (streamed)'),
  stream('the age of a felled tree (streamed, again)'),
  embed('embedding of two texts'),
  respond('a response of the Responses API'),
  chat('Why is the sea salty? (fields reordered)', reversed(whyIsTheSeaSalty.request)),
  chat('Why is the sea salty? (temperature 0.001)', {
    ...whyIsTheSeaSalty.request,
    temperature: 0.001,
  }),
];
