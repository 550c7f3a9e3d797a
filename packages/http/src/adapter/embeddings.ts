import {
  type BatchRules,
  embeddingParts,
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  type Rejection,
  rejectVectors,
} from '@cached-llm/core/adapter';

/** One text, or one list of token numbers, is one input. */
const inputsIn = (input: unknown): readonly unknown[] =>
  Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];

/**
 * The embeddings of a response by their places, which are 0 to n-1, once each; an empty list for any other places.
 * Where none has a place they are in their order. Protocol buffers leave the place 0 out (ProtoJSON omits defaults),
 * and other servers count from 1: which text such an embedding belongs to is not known.
 */
function inOrder({ data }: Fields): readonly Fields[] {
  const parts = listOf(data);
  if (!parts.every(isFields)) return [];
  if (!parts.some(({ index }) => isGiven(index))) return parts;
  const sorted = parts.toSorted((one, other) => Number(one.index) - Number(other.index));
  return sorted.every(({ index }, place) => index === place) ? sorted : [];
}

/** The embeddings of a response for many texts: in their places, and none where only their order says whose they are. */
function inPlaces(response: Fields): readonly Fields[] {
  const parts = inOrder(response);
  return parts.length === 1 || parts.every(({ index }) => isGiven(index)) ? parts : [];
}

/** Why embeddings in OpenAI's format are not stored. Undefined where they may be. */
export function rejectListedEmbeddings(response: Fields, request: unknown): Rejection | undefined {
  const { input, inputs, dimensions, ...rest } = fieldsOf(request);
  return rejectVectors(
    inOrder(response).map(({ embedding }) => embedding),
    {
      count: inputsIn(input ?? inputs).length,
      dimensions: dimensions ?? rest.output_dimension ?? rest.outputDimension,
      type: rest.output_dtype ?? rest.outputDtype,
    },
  );
}

/** Embeddings in OpenAI's format: `input` in a request, and `data` with an index each in a response. */
export const listedEmbeddings: BatchRules = {
  itemsOf: ({ input }, { pathname }) =>
    pathname.endsWith('/embeddings') && input !== undefined ? inputsIn(input) : undefined,
  ask: (request, items) => ({ ...request, input: items }),
  ...embeddingParts({
    counts: ['usage'],
    vectorsOf: inPlaces,
    numbersOf: (part) => [fieldsOf(part).embedding],
    withVectors: (response, vectors) => ({
      ...response,
      data: vectors
        .filter(isFields)
        .map((part, index) => (isGiven(part.index) ? { ...part, index } : part)),
    }),
  }),
};
