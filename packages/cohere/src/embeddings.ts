import { type Fields, fieldsOf, isGiven, listOf } from '@cached-llm/core/adapter';
import { embeddingBatch } from '@cached-llm/http';

/** The items of a request. A request that is taken apart embeds one kind of them. */
export const KINDS = ['texts', 'images', 'inputs'] as const;

/** What a response has for each item: vectors, and the items themselves. */
const PER_ITEM = ['embeddings', 'texts', 'images'] as const;

function kindOf(request: Fields): (typeof KINDS)[number] | undefined {
  const given = KINDS.filter((kind) => listOf(request[kind]).length > 0);
  return given.length === 1 ? given[0] : undefined;
}

/** One list of vectors, or one for each type that was asked for. */
export function vectorLists(embeddings: unknown): readonly (readonly unknown[])[] {
  const lists = Array.isArray(embeddings) ? [embeddings] : Object.values(fieldsOf(embeddings));
  return lists.filter(isGiven).map(listOf);
}

/** What stands at `place` in a list, or in each list of an object, in a list of its own. */
function at(lists: unknown, place: number): unknown {
  if (Array.isArray(lists)) return lists.slice(place, place + 1);
  const typed = Object.entries(fieldsOf(lists)).filter(([, list]) => Array.isArray(list));
  return Object.fromEntries(typed.map(([type, list]) => [type, at(list, place)]));
}

/** The lists of all parts as one, or as one for each type. */
function joined(parts: readonly unknown[]): unknown {
  const [first] = parts;
  if (Array.isArray(first)) return parts.flatMap(listOf);
  const types = Object.keys(fieldsOf(first));
  return Object.fromEntries(
    types.map((type) => [type, parts.flatMap((part) => listOf(fieldsOf(part)[type]))]),
  );
}

const listsOfItems = (response: Fields) =>
  PER_ITEM.filter((name) => name === 'embeddings' || Array.isArray(response[name]));

/** The response to each item, as far as it differs from the response to all. */
function partsOf(response: Fields): readonly Fields[] {
  const lists = vectorLists(response.embeddings);
  const [first = []] = lists;
  const isWhole = lists.every((list) => list.length === first.length && list.every(isGiven));
  const names = listsOfItems(response);
  const partAt = (place: number) =>
    Object.fromEntries(names.map((name) => [name, at(response[name], place)]));
  return isWhole ? first.map((_vector, place) => partAt(place)) : [];
}

const billedIn = ({ meta }: Fields): Fields => fieldsOf(fieldsOf(meta).billed_units);

/** Embed: each text or picture is embedded once, in whatever batch it comes. */
export const batch = embeddingBatch({
  itemsOf(request, { pathname }) {
    const kind = pathname.endsWith('/embed') ? kindOf(request) : undefined;
    return kind === undefined ? undefined : listOf(request[kind]);
  },
  ask: (request, items) => ({ ...request, [kindOf(request) ?? 'texts']: items }),
  vectorsOf: partsOf,
  countsOf: (response) =>
    Object.fromEntries(
      Object.entries(billedIn(response)).filter(
        (unit): unit is [string, number] => typeof unit[1] === 'number',
      ),
    ),
  withVectors(response, parts, counts) {
    const names = listsOfItems(response);
    const lists = names.map((name) => [name, joined(parts.map((part) => fieldsOf(part)[name]))]);
    const billed = { ...billedIn(response), ...counts };
    const meta = { ...fieldsOf(response.meta), billed_units: billed };
    const isBilled = Object.keys(billed).length > 0;
    return { ...response, ...(isBilled && { meta }), ...Object.fromEntries(lists) };
  },
});
