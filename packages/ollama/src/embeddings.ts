import { type BatchRules, type Fields, listOf, shareOut } from '@cached-llm/core';

const countIn = ({ prompt_eval_count: count }: Fields) => (typeof count === 'number' ? count : 0);
const weightOf = (item: unknown) => (typeof item === 'string' ? item.length : 1);

/** `/api/embed`: a text is embedded once in whatever company it comes. */
export const batch: BatchRules = {
  itemsOf: ({ input }, { pathname }) =>
    pathname.endsWith('/api/embed') && input !== undefined ? [input].flat() : undefined,
  ask: (request, items) => ({ ...request, input: items }),
  split(response, items) {
    const vectors = listOf(response.embeddings);
    if (vectors.length !== items.length) return undefined;
    const counts = shareOut(countIn(response), items.map(weightOf));
    return vectors.map((vector, place) => ({
      ...response,
      embeddings: [vector],
      prompt_eval_count: counts[place],
    }));
  },
  join: (responses) => ({
    ...responses[0],
    embeddings: responses.flatMap(({ embeddings }) => listOf(embeddings)),
    prompt_eval_count: responses.reduce((sum, response) => sum + countIn(response), 0),
  }),
};
