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

const sumOf = (counts: readonly unknown[]) => {
  const known = counts.map(numberOf).filter(isGiven);
  return known.length === 0
    ? undefined
    : known.reduce<number>((sum, count) => sum + (count ?? 0), 0);
};

/** The billed tokens: fewer than the model has seen. Pictures have tokens of their own, and a ranking has searches. */
export function usageOf(response: unknown): Usage | undefined {
  const { usage, meta } = fieldsOf(response);
  const { billed_units, billedUnits } = fieldsOf(usage ?? meta);
  const billed = billed_units ?? billedUnits;
  if (!isFields(billed)) return undefined;
  const { image_tokens: _image, imageTokens = _image } = billed;
  const { search_units: _units, searchUnits = _units } = billed;
  const pictures = numberOf(imageTokens);
  const searches = numberOf(searchUnits);
  return {
    inputTokens: sumOf([billed.input_tokens ?? billed.inputTokens, pictures]),
    outputTokens: numberOf(billed.output_tokens ?? billed.outputTokens),
    ...(pictures && { details: { input_image_tokens: pictures } }),
    ...(searches && { details: { rerank_searches: searches } }),
  };
}
