// Exchanges and answers in OpenAI's format, written by hand: for demos, and for tests that need no recording.
// Their requests differ, so that one server can answer all of them; none of them needs a key or a network.
// Start reading in chat-exchanges.ts; demo-exchange.ts builds them.
import {
  errorUnderStatus200,
  greetingInThreeLanguages,
  nameForABakery,
  rateLimited,
  refusal,
  serverError,
  toolCall,
  truncatedByLength,
  whyIsTheSeaSalty,
} from './chat-exchanges.ts';
import { embeddings } from './embeddings.ts';
import { responsesApi } from './responses-api.ts';
import { streamedChat } from './streamed-chat.ts';

export { chatAnswer, chatEvents } from './chat-answer.ts';
export type { ToolRequest } from './chat-exchanges.ts';
export type { ChatRequest, DemoExchange } from './demo-exchange.ts';
export type { EmbeddingsRequest } from './embeddings.ts';
export type { ResponsesRequest } from './responses-api.ts';
export type { StreamedChatRequest } from './streamed-chat.ts';

/**
 * Hand-written exchanges in OpenAI's wire format, for a client whose base URL is the server's with `/v1`.
 * One server can answer all of them: `exchanges: Object.values(demoExchanges)`.
 */
export const demoExchanges = {
  whyIsTheSeaSalty,
  nameForABakery,
  greetingInThreeLanguages,
  streamedChat,
  embeddings,
  responsesApi,
  toolCall,
  truncatedByLength,
  refusal,
  errorUnderStatus200,
  rateLimited,
  serverError,
};
