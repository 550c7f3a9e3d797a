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

/**
 * Hand-written exchanges in OpenAI's wire format, for a client whose base URL is the server's with `/v1`.
 * Their requests differ, so one server can speak all of them: `exchanges: Object.values(demoExchanges)`.
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
