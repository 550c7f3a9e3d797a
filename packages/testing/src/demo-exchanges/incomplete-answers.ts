import { type ChatRequest, chatCompletion, chatPath, chatRequest } from './chat-completion.ts';
import type { DemoExchange } from './demo-exchange.ts';

/** Stopped by `max_completion_tokens` in the middle of a word. */
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
export const errorUnderStatus200: DemoExchange<ChatRequest> = {
  name: 'error-under-status-200',
  path: chatPath,
  request: chatRequest('Which provider answers when all of them are down?'),
  response: {
    body: {
      error: { code: 502, message: 'The provider behind this model did not answer.' },
      user_id: 'user_demo_0001',
    },
  },
};
