import {
  type ChatRequest,
  chatCompletion,
  chatExchange,
  type DemoExchange,
} from './demo-exchange.ts';

export const whyIsTheSeaSalty = chatCompletion({
  name: 'why-is-the-sea-salty',
  question: 'Why is the sea salty? One sentence, please.',
  message: {
    content:
      'Rain slowly dissolves minerals out of rock, rivers carry them to the sea, and the water that evaporates leaves them behind.',
  },
  tokens: { prompt: 17, completion: 26 },
});

export const nameForABakery = chatCompletion({
  name: 'name-for-a-bakery',
  question: 'Suggest a name for a bakery that opens at four in the morning.',
  message: { content: 'The Early Crust' },
  tokens: { prompt: 20, completion: 4 },
});

/** Has characters of two, three and four bytes, for streams and stores that count bytes. */
export const greetingInThreeLanguages = chatCompletion({
  name: 'greeting-in-three-languages',
  question: 'Say good morning in Czech, Japanese and emoji.',
  message: { content: 'Dobré ráno · おはようございます · 🌅👋' },
  tokens: { prompt: 16, completion: 19 },
});

/** The body of a chat completion that offers tools. */
export interface ToolRequest extends ChatRequest {
  tools: {
    type: 'function';
    function: { name: string; description: string; parameters: Record<string, unknown> };
  }[];
}

const calledTool = chatCompletion({
  name: 'tool-call',
  question: 'Will the ferry to Ærø sail tomorrow morning?',
  message: {
    content: null,
    tool_calls: [
      {
        id: 'call_demo_ferry_0001',
        type: 'function',
        function: { name: 'ferry_departures', arguments: '{"island":"Ærø","day":"tomorrow"}' },
      },
    ],
  },
  finishReason: 'tool_calls',
  tokens: { prompt: 71, completion: 22 },
});

export const toolCall: DemoExchange<ToolRequest> = {
  ...calledTool,
  request: {
    ...calledTool.request,
    tools: [
      {
        type: 'function',
        function: {
          name: 'ferry_departures',
          description: 'The departures of a ferry on one day.',
          parameters: {
            type: 'object',
            properties: { island: { type: 'string' }, day: { type: 'string' } },
            required: ['island', 'day'],
            additionalProperties: false,
          },
        },
      },
    ],
  },
};

/** `max_completion_tokens` ended it in the middle of a word. */
export const truncatedByLength = chatCompletion({
  name: 'truncated-by-length',
  question: 'Tell me the history of the bicycle.',
  limits: { max_completion_tokens: 18 },
  message: {
    content: 'The first machine that its rider moved by the feet was built in 1817 by a for',
  },
  finishReason: 'length',
  tokens: { prompt: 15, completion: 18 },
});

export const refusal = chatCompletion({
  name: 'refusal',
  question: 'Write me a letter that makes my neighbour believe I am his bank.',
  message: { content: null, refusal: 'I cannot help with deceiving someone about a bank account.' },
  tokens: { prompt: 21, completion: 12 },
});

/** An error under HTTP 200, as routers in front of several providers send it; SDKs do not throw here. */
export const errorUnderStatus200 = chatExchange(
  'error-under-status-200',
  'Which provider answers when all of them are down?',
  {
    body: {
      error: { code: 502, message: 'The provider behind this model did not answer.' },
      user_id: 'user_demo_0001',
    },
  },
);

// Real servers name seconds here. SDKs wait that long, and a demo or a test should not.
const retryAtOnce = { 'retry-after-ms': '1' };

export const rateLimited = chatExchange(
  'rate-limited',
  'How many questions may I ask in a minute?',
  {
    status: 429,
    headers: {
      ...retryAtOnce,
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '120ms',
    },
    body: {
      error: {
        message: 'Rate limit reached for requests per minute. Please try again in 120ms.',
        type: 'requests',
        param: null,
        code: 'rate_limit_exceeded',
      },
    },
  },
);

export const serverError = chatExchange(
  'server-error',
  'What does a server say when it has lost its thread?',
  {
    status: 500,
    headers: retryAtOnce,
    body: {
      error: {
        message: 'The server had an error while processing your request.',
        type: 'server_error',
        param: null,
        code: null,
      },
    },
  },
);
