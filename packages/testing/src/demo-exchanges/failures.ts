import { type ChatRequest, chatPath, chatRequest } from './chat-completion.ts';
import type { DemoExchange } from './demo-exchange.ts';

// Real servers say seconds here. SDKs obey, and a demo or a test should not wait.
const retryAtOnce = { 'retry-after-ms': '1' };

export const rateLimited: DemoExchange<ChatRequest> = {
  name: 'rate-limited',
  path: chatPath,
  request: chatRequest('How many questions may I ask in a minute?'),
  response: {
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
};

export const serverError: DemoExchange<ChatRequest> = {
  name: 'server-error',
  path: chatPath,
  request: chatRequest('What does a server say when it has lost its thread?'),
  response: {
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
};
