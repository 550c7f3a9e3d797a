import {
  type BatchRules,
  embeddingParts,
  type Fields,
  fieldsOf,
  listOf,
  type Rejection,
  rejectVectors,
} from '@cached-llm/core/adapter';

/** `/api/embed`: each text is embedded once, in whatever batch it comes. */
export const batch: BatchRules = {
  itemsOf: ({ input }, { pathname }) =>
    pathname.endsWith('/api/embed') && input !== undefined ? [input].flat() : undefined,
  ask: (request, items) => ({ ...request, input: items }),
  ...embeddingParts({
    counts: ['prompt_eval_count'],
    vectorsOf: ({ embeddings }) => listOf(embeddings),
    withVectors: (response, embeddings) => ({ ...response, embeddings }),
  }),
};

/** Why vectors are not stored. `/api/embeddings` embeds one `prompt`, and names no dimensions. */
export function rejectEmbeddings(
  { embeddings, embedding }: Fields,
  request: unknown,
): Rejection | undefined {
  if (embeddings === undefined) return rejectVectors([embedding]);
  const { input, dimensions } = fieldsOf(request);
  return rejectVectors(listOf(embeddings), { count: [input].flat().length, dimensions });
}
