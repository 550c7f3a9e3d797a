import { type BatchRules, type Fields, isFields, listOf, shareOut } from '@cached-llm/core';

/** One text, or one list of token numbers, is one input. */
function itemsIn(input: unknown): readonly unknown[] {
  return Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
}

const weightOf = (item: unknown) =>
  typeof item === 'string' || Array.isArray(item) ? item.length : 1;

const tokensIn = ({ usage }: Fields) =>
  isFields(usage) && typeof usage.prompt_tokens === 'number' ? usage.prompt_tokens : 0;

const usageOf = (tokens: number) => ({ prompt_tokens: tokens, total_tokens: tokens });

/**
 * Embeddings on the wire of OpenAI and its kin: `input` is taken apart and `data` put together, so that a
 * text is embedded once in whatever company it comes.
 */
export const listedEmbeddings: BatchRules = {
  itemsOf: ({ input }, { pathname }) =>
    pathname.endsWith('/embeddings') && input !== undefined ? itemsIn(input) : undefined,
  ask: (request, items) => ({ ...request, input: items }),
  split(response, items) {
    const data = listOf(response.data).filter(isFields);
    if (data.length !== items.length) return undefined;
    const tokens = shareOut(tokensIn(response), items.map(weightOf));
    return items.map((_item, place) => ({
      ...response,
      data: data.filter(({ index }) => index === place).map((part) => ({ ...part, index: 0 })),
      usage: usageOf(tokens[place] ?? 0),
    }));
  },
  join(responses) {
    const data = responses.flatMap((response) => listOf(response.data));
    const tokens = responses.reduce((sum, response) => sum + tokensIn(response), 0);
    return {
      ...responses[0],
      data: data.map((part, index) => (isFields(part) ? { ...part, index } : part)),
      usage: usageOf(tokens),
    };
  },
};
