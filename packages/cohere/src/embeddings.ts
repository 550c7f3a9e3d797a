import {
  type BatchRules,
  embeddingParts,
  type Fields,
  fieldsOf,
  isGiven,
  listOf,
  type Rejection,
  rejectRanking,
  rejectVectors,
} from '@cached-llm/core/adapter';

/** The items of a request. A request that is taken apart embeds one kind of them. */
const KINDS = ['texts', 'images', 'inputs'] as const;

/** What a response has for each item: vectors, and the items themselves. */
const PER_ITEM = ['embeddings', 'texts', 'images'] as const;

function kindOf(request: Fields): (typeof KINDS)[number] | undefined {
  const given = KINDS.filter((kind) => listOf(request[kind]).length > 0);
  return given.length === 1 ? given[0] : undefined;
}

/** What stands at `place` in a list, or in each list of an object, in a list of its own. */
function at(lists: unknown, place: number): unknown {
  if (Array.isArray(lists)) return lists.slice(place, place + 1);
  const typed = Object.entries(fieldsOf(lists)).filter(([, list]) => Array.isArray(list));
  return Object.fromEntries(typed.map(([type, list]) => [type, at(list, place)]));
}

/** The lists of all parts, joined to one list, or to one list for each type. */
function joined(parts: readonly unknown[]): unknown {
  const [first] = parts;
  if (Array.isArray(first)) return parts.flatMap(listOf);
  const types = Object.keys(fieldsOf(first));
  return Object.fromEntries(
    types.map((type) => [type, parts.flatMap((part) => listOf(fieldsOf(part)[type]))]),
  );
}

/** Lists of vectors by the type of their numbers. One list without a type has floats. */
function typedLists(embeddings: unknown): readonly (readonly [string, readonly unknown[]])[] {
  if (Array.isArray(embeddings)) return [['float', embeddings]];
  const typed = Object.entries(fieldsOf(embeddings)).filter(([, list]) => isGiven(list));
  return typed.map(([type, list]) => [type, listOf(list)] as const);
}

/** The response to each item, as far as it differs from the response to all. */
function partsOf(response: Fields): readonly Fields[] {
  const lists = typedLists(response.embeddings).map(([, list]) => list);
  const [first = []] = lists;
  const isWhole = lists.every((list) => list.length === first.length);
  // A list of another length does not belong to the items: a request for images returns no texts.
  const names = PER_ITEM.filter(
    (name) => name === 'embeddings' || listOf(response[name]).length === first.length,
  );
  const partAt = (place: number) =>
    Object.fromEntries(names.map((name) => [name, at(response[name], place)]));
  return isWhole ? first.map((_vector, place) => partAt(place)) : [];
}

/** Embed: each text or picture is embedded once, in whatever batch it comes. */
export const batch: BatchRules = {
  itemsOf(request, { pathname }) {
    const kind = pathname.endsWith('/embed') ? kindOf(request) : undefined;
    return kind === undefined ? undefined : listOf(request[kind]);
  },
  ask: (request, items) => ({ ...request, [kindOf(request) ?? 'texts']: items }),
  ...embeddingParts({
    counts: ['meta'],
    vectorsOf: partsOf,
    numbersOf: (part) => typedLists(fieldsOf(part).embeddings).flatMap(([, list]) => list),
    withVectors(response, vectors) {
      const parts = vectors.map(fieldsOf);
      const names = Object.keys(parts[0] ?? {});
      const lists = names.map((name) => [name, joined(parts.map((part) => part[name]))]);
      return { ...response, ...Object.fromEntries(lists) };
    },
  }),
};

/** Why vectors are not stored: each type that was asked for must have one for each item of the request. */
export function rejectEmbeddings(embeddings: unknown, request: unknown): Rejection | undefined {
  const asked = fieldsOf(request);
  const count = KINDS.flatMap((kind) => listOf(asked[kind])).length;
  const dimensions = asked.output_dimension ?? asked.outputDimension;
  const lists = typedLists(embeddings);
  const missing = listOf(asked.embedding_types ?? asked.embeddingTypes).filter(
    (type) => !lists.some(([given]) => given === type),
  );
  if (lists.length === 0 || missing.length > 0) return 'incomplete';
  return lists
    .map(([type, list]) => rejectVectors(list, { count, dimensions, type }))
    .find(isGiven);
}

/** Why a ranking of documents is not stored. */
export function rejectResults(
  results: readonly unknown[],
  request: unknown,
): Rejection | undefined {
  const { documents, top_n, topN } = fieldsOf(request);
  const ranking = results.map(fieldsOf).map(({ index, relevance_score, relevanceScore }) => ({
    index,
    score: relevance_score ?? relevanceScore,
  }));
  return rejectRanking(ranking, { count: listOf(documents).length, top: top_n ?? topN });
}
