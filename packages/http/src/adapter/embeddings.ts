import {
  type BatchRules,
  type Fields,
  isFields,
  listOf,
  splitByWeight,
} from '@cached-llm/core/adapter';

type Counts = Readonly<Record<string, number>>;

/** Where the embeddings of one provider stand, in a request and in a response. */
export interface EmbeddingFormat extends Pick<BatchRules, 'itemsOf' | 'ask'> {
  /** What the response holds for each item, in their order; an empty list where the response is not whole. */
  vectorsOf(response: Fields): readonly unknown[];
  /** What the response counts for all items together, such as tokens, by name. */
  countsOf(response: Fields): Counts;
  /** The same response with these vectors and counts in place of its own. */
  withVectors(response: Fields, vectors: readonly unknown[], counts: Counts): Fields;
  /** The share of an item in the counts. @default the length of a text or a list, and 1 for anything else */
  weightOf?(item: unknown): number;
}

const lengthOf = (item: unknown) =>
  typeof item === 'string' || Array.isArray(item) ? item.length : 1;

/** Sums of the counts that the first response has. */
function sumOf(counts: readonly Counts[]): Counts {
  const [first = {}] = counts;
  const sum = (name: string) => counts.reduce((all, each) => all + (each[name] ?? 0), 0);
  return Object.fromEntries(Object.keys(first).map((name) => [name, sum(name)]));
}

/** Takes requests for embeddings apart, so that each text is embedded once, in whatever batch it comes. */
export function embeddingBatch(format: EmbeddingFormat): BatchRules {
  const { weightOf = lengthOf } = format;
  return {
    itemsOf: format.itemsOf,
    ask: format.ask,
    split(response, items) {
      const vectors = format.vectorsOf(response);
      if (vectors.length !== items.length) return undefined;
      const weights = items.map(weightOf);
      const shares = Object.entries(format.countsOf(response)).map(
        ([name, all]) => [name, splitByWeight(all, weights)] as const,
      );
      return vectors.map((vector, place) => {
        const counts = shares.map(([name, parts]) => [name, parts[place] ?? 0]);
        return format.withVectors(response, [vector], Object.fromEntries(counts));
      });
    },
    join(responses) {
      const [first = {}] = responses;
      const counts = sumOf(responses.map(format.countsOf));
      return format.withVectors(first, responses.flatMap(format.vectorsOf), counts);
    },
  };
}

/** One text, or one list of token numbers, is one input. */
const inputsIn = (input: unknown): readonly unknown[] =>
  Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];

/** Has a response in OpenAI's format one embedding for each input? */
export const hasEachEmbedding = ({ data }: Fields, input: unknown) =>
  listOf(data).length === inputsIn(input).length;

/** Embeddings in OpenAI's format: `input` in a request, and `data` with an index each in a response. */
export const listedEmbeddings = embeddingBatch({
  itemsOf: ({ input }, { pathname }) =>
    pathname.endsWith('/embeddings') && input !== undefined ? inputsIn(input) : undefined,
  ask: (request, items) => ({ ...request, input: items }),
  vectorsOf(response) {
    const data = listOf(response.data).filter(isFields);
    return data.map((_part, place) => data.filter(({ index }) => index === place));
  },
  countsOf: ({ usage }) => {
    const tokens = isFields(usage) ? usage.prompt_tokens : undefined;
    return { tokens: typeof tokens === 'number' ? tokens : 0 };
  },
  withVectors: (response, vectors, { tokens }) => ({
    ...response,
    data: vectors.flatMap(listOf).map((part, index) => ({ ...(part as Fields), index })), // `vectorsOf` checked it
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }),
});
