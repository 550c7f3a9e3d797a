import {
  type BatchRules,
  type Fields,
  fieldsOf,
  isGiven,
  listOf,
  shareOut,
} from '@cached-llm/core';
import { echoesAt, echoesOf } from './echoes.ts';

/** A request embeds one kind of thing. */
const KINDS = ['texts', 'images', 'inputs'] as const;

const weightOf = (item: unknown) => (typeof item === 'string' ? item.length : 1);

function kindOf(request: Fields): (typeof KINDS)[number] | undefined {
  const given = KINDS.filter((kind) => listOf(request[kind]).length > 0);
  return given.length === 1 ? given[0] : undefined;
}

/** The vectors at `place`: one list of them, or one for each type that was asked for. */
function vectorsAt(embeddings: unknown, place: number): unknown {
  if (Array.isArray(embeddings)) return [embeddings[place]];
  const lists = Object.entries(fieldsOf(embeddings)).filter(([, list]) => Array.isArray(list));
  return Object.fromEntries(lists.map(([type, list]) => [type, [listOf(list)[place]]]));
}

function joined(parts: readonly unknown[]): unknown {
  if (Array.isArray(parts[0])) return parts.flatMap(listOf);
  const types = Object.keys(fieldsOf(parts[0]));
  return Object.fromEntries(
    types.map((type) => [type, parts.flatMap((part) => listOf(fieldsOf(part)[type]))]),
  );
}

const billedIn = ({ meta }: Fields): Fields => fieldsOf(fieldsOf(meta).billed_units);

/** The bill of an answer with each of its units passed through `count`; nothing where there is none. */
function withBill(response: Fields, count: (unit: string, all: number) => number): Fields {
  const units = Object.entries(billedIn(response));
  if (units.length === 0) return response;
  const billed = units.map(([unit, all]) => [
    unit,
    typeof all === 'number' ? count(unit, all) : all,
  ]);
  return {
    ...response,
    meta: { ...fieldsOf(response.meta), billed_units: Object.fromEntries(billed) },
  };
}

/** Has every list a vector for each item? */
function isWhole(embeddings: unknown, count: number): boolean {
  const lists = Array.isArray(embeddings) ? [embeddings] : Object.values(fieldsOf(embeddings));
  const vectors = lists.filter(isGiven).map(listOf);
  return (
    vectors.length > 0 && vectors.every((list) => list.length === count && list.every(isGiven))
  );
}

/** Embed: a text or picture is embedded once in whatever company it comes. */
export const batch: BatchRules = {
  itemsOf(request, { pathname }) {
    const kind = pathname.endsWith('/embed') ? kindOf(request) : undefined;
    return kind === undefined ? undefined : listOf(request[kind]);
  },
  ask: (request, items) => ({ ...request, [kindOf(request) ?? 'texts']: items }),
  split(response, items) {
    if (!isWhole(response.embeddings, items.length)) return undefined;
    const weights = items.map(weightOf);
    return items.map((_item, place) => ({
      ...withBill(response, (_unit, all) => shareOut(all, weights)[place] ?? 0),
      embeddings: vectorsAt(response.embeddings, place),
      ...echoesAt(response, place),
    }));
  },
  join(responses) {
    const [first = {}] = responses;
    const sum = (unit: string) =>
      responses.reduce((all, response) => all + Number(billedIn(response)[unit] ?? 0), 0);
    return {
      ...withBill(first, sum),
      embeddings: joined(responses.map(({ embeddings }) => embeddings)),
      ...echoesOf(responses),
    };
  },
};
