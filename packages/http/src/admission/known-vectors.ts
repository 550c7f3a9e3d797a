import {
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  type Rejection,
  rejectVectors,
  worstOf,
} from '@cached-llm/core/adapter';
import { rejectListedEmbeddings } from '../adapter/index.ts';

/** Vectors of one type: Cohere and Titan return several types of the same texts. */
interface Group {
  readonly vectors: readonly unknown[];
  readonly type?: string;
}

/** The numbers of a vector: Gemini and Vertex AI have them in `values`. */
const numbersIn = (vector: unknown) => (isFields(vector) ? vector.values : vector);

/** The lists of items that have a vector each: of OpenAI and APIs like it, of watsonx, and of Vertex AI. */
const itemsIn = ({ data, results, predictions }: Fields) =>
  [data, results, predictions].flatMap(listOf).map(fieldsOf);

function vectorIn(item: Fields): unknown {
  const { embedding, embeddings, textEmbedding, imageEmbedding } = item;
  return numbersIn(embedding ?? embeddings ?? textEmbedding ?? imageEmbedding);
}

function typedGroups({ embeddings, embeddingsByType }: Fields): readonly Group[] {
  const lists = isFields(embeddings) && !('values' in embeddings) ? Object.entries(embeddings) : [];
  const each = Object.entries(fieldsOf(embeddingsByType));
  return [
    ...lists.map(([type, vectors]) => ({ type, vectors: listOf(vectors) })),
    ...each.map(([type, vector]) => ({ type, vectors: [vector] })),
  ];
}

/** The vectors in an answer of any known form. The list is empty for any other answer. */
function groupsIn(response: Fields): readonly Group[] {
  const { embedding, embeddings } = response;
  const items = itemsIn(response);
  const hasItems = items.some((item) => isGiven(vectorIn(item)));
  return [
    ...typedGroups(response),
    ...(Array.isArray(embeddings) ? [{ vectors: embeddings.map(numbersIn) }] : []),
    ...('embedding' in response ? [{ vectors: [numbersIn(embedding)] }] : []),
    ...(hasItems ? [{ vectors: items.map(vectorIn) }] : []),
  ];
}

/** How many vectors a request asks for. Undefined where it does not name its inputs in a known way. */
function countIn({ input, inputs, texts, images, requests, instances }: Fields) {
  const asked = [input, inputs, texts, images, requests, instances].find(isGiven);
  if (!isGiven(asked)) return undefined;
  return Array.isArray(asked) && typeof asked[0] !== 'number' ? asked.length : 1; // one list of tokens is one text
}

/** Why vectors are not stored. Undefined where they may be, `none` for an answer of another kind. */
export function rejectKnownVectors(
  response: Fields,
  request: Fields,
): Rejection | undefined | 'none' {
  const groups = groupsIn(response);
  if (groups.length === 0) return 'none';
  const { dimensions, output_dimension = dimensions } = request;
  const expected = { count: countIn(request), dimensions: output_dimension };
  const places = listOf(response.data).map((item) => fieldsOf(item).index);
  // The places of OpenAI's format say which text a vector belongs to.
  const isListed = places.some(isGiven) && isGiven(request.input);
  return worstOf([
    ...groups.map(({ vectors, type }) => rejectVectors(vectors, { ...expected, type })),
    isListed ? rejectListedEmbeddings(response, request) : undefined,
  ]);
}
