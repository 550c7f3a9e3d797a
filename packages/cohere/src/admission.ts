import {
  admission,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  numberOf,
  type Rejection,
  rejectMessages,
  type Usage,
} from '@cached-llm/core/adapter';
import { rejectEmbeddings, rejectResults } from './embeddings.ts';

function rejectAnswer(response: Fields, request: unknown): Rejection | undefined {
  const { error, embeddings, results } = response;
  if (isGiven(error)) return 'error';
  if (embeddings !== undefined) return rejectEmbeddings(embeddings, request);
  if (Array.isArray(results)) return rejectResults(results, request);
  return rejectMessages(response, request);
}

/** Why a response is not stored; undefined where it may be. Connectors (web search among them) run at the provider. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request) => listOf(fieldsOf(request).connectors).length > 0,
});

/** The billed tokens: fewer than the model has seen. */
export function usageOf(response: unknown): Usage | undefined {
  const { usage, meta } = fieldsOf(response);
  const { billed_units, billedUnits } = fieldsOf(usage ?? meta);
  const billed = billed_units ?? billedUnits;
  if (!isFields(billed)) return undefined;
  return {
    inputTokens: numberOf(billed.input_tokens ?? billed.inputTokens),
    outputTokens: numberOf(billed.output_tokens ?? billed.outputTokens),
  };
}
