import {
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  listOf,
  type Rejection,
  rejectRanking,
  rejectVectors,
} from '@cached-llm/core/adapter';

/** A request to Cohere's models embeds items of one kind, and the response may repeat them in a list of the same name. */
export const KINDS = ['texts', 'images', 'inputs'] as const;

/** Lists of vectors by the type of their numbers. One list without a type has floats. */
export function typedLists(
  embeddings: unknown,
): readonly (readonly [string, readonly unknown[]])[] {
  if (Array.isArray(embeddings)) return [['float', embeddings]];
  const typed = Object.entries(fieldsOf(embeddings)).filter(([, list]) => Array.isArray(list));
  return typed.map(([type, list]) => [type, listOf(list)] as const);
}

/** The fields in which Titan, Cohere and Nova have vectors. Marengo has them in `data`. */
const VECTORS = ['embedding', 'embeddings', 'embeddingsByType'] as const;

const vectorIn = (item: unknown) => (isFields(item) ? item.embedding : item);

/** All vectors of an answer: one, one of each type (Titan), and a list, or a list of each type (Cohere, Nova). */
function vectorsIn({
  data,
  embedding,
  embeddings = data,
  embeddingsByType,
}: Fields): readonly (readonly [string, readonly unknown[]])[] {
  const typed = Object.entries(fieldsOf(embeddingsByType));
  const lists = [...typed.map(([type, vector]) => [type, [vector]] as const)];
  const many = typedLists(embeddings).map(([type, list]) => [type, list.map(vectorIn)] as const);
  return [...(isGiven(embedding) ? [['float', [embedding]] as const] : []), ...lists, ...many];
}

/** Titan, Cohere, Titan for pictures and Nova each have a name of their own for the number of dimensions. */
function dimensionsIn(body: Fields): unknown {
  const { dimensions, output_dimension, embeddingConfig, singleEmbeddingParams } = body;
  const { outputEmbeddingLength } = fieldsOf(embeddingConfig);
  const { embeddingDimension } = fieldsOf(singleEmbeddingParams);
  return dimensions ?? output_dimension ?? outputEmbeddingLength ?? embeddingDimension;
}

function rejectEmbeddings(answer: Fields, body: Fields): Rejection | undefined {
  const counts = KINDS.map((kind) => listOf(body[kind]).length).filter((length) => length > 0);
  const [count] = counts.length === 1 ? counts : []; // the models embed one of two kinds
  const lists = vectorsIn(answer);
  if (lists.length === 0) return 'incomplete';
  const expected = { count, dimensions: dimensionsIn(body) };
  return lists.map(([type, list]) => rejectVectors(list, { ...expected, type })).find(isGiven);
}

/** Marengo has its vectors in `data`, one for each part of what it embeds. */
const hasVector = (item: unknown) => 'embedding' in fieldsOf(item);

const isRanking = ({ query, documents }: Fields) => isGiven(query) && Array.isArray(documents);

/** Is this an answer of vectors or of a ranking, which has no end to speak of? */
export function givesVectors(answer: Fields, body: Fields): boolean {
  const isNamed = VECTORS.some((name) => name in answer);
  return isNamed || listOf(answer.data).some(hasVector) || isRanking(body);
}

/** Why the vectors, or the ranking of documents, in an answer are not stored. */
export function rejectVectorsIn(answer: Fields, body: Fields): Rejection | undefined {
  if (!isRanking(body)) return rejectEmbeddings(answer, body);
  const { documents, top_n: top } = body;
  const ranking = listOf(answer.results).map(fieldsOf);
  const scored = ranking.map(({ index, relevance_score: score }) => ({ index, score }));
  return rejectRanking(scored, { count: listOf(documents).length, top });
}
