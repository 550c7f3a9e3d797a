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
  const rejected = rejectMessages(response, request);
  // The first version may be asked for the queries of a search alone.
  return rejected === 'empty' &&
    listOf(response.search_queries ?? response.searchQueries).length > 0
    ? undefined
    : rejected;
}

/** Why a response is not stored; undefined where it may be. Connectors (web search among them) run at the provider. */
export const rejects = admission({
  rejectAnswer,
  isHosted: (request, { search_results, searchResults = search_results }) =>
    [fieldsOf(request).connectors, searchResults].some((list) => listOf(list).length > 0),
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
