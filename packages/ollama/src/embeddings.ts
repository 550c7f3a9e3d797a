import { listOf } from '@cached-llm/core/adapter';
import { embeddingBatch } from '@cached-llm/http';

/** `/api/embed`: each text is embedded once, in whatever batch it comes. */
export const batch = embeddingBatch({
  itemsOf: ({ input }, { pathname }) =>
    pathname.endsWith('/api/embed') && input !== undefined ? [input].flat() : undefined,
  ask: (request, items) => ({ ...request, input: items }),
  vectorsOf: ({ embeddings }) => listOf(embeddings),
  countsOf: ({ prompt_eval_count: count }) => ({ tokens: typeof count === 'number' ? count : 0 }),
  withVectors: (response, embeddings, { tokens }) => ({
    ...response,
    embeddings,
    prompt_eval_count: tokens,
  }),
});
