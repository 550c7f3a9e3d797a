import { type Fields, fieldsOf, isFields, listOf } from '@cached-llm/core';
import { withBodyRead } from './identity.ts';

/** A request embeds one kind of thing, and the response may repeat the things in a list of that name. */
const KINDS = ['texts', 'images', 'inputs'] as const;

function kindOf(body: Fields): (typeof KINDS)[number] | undefined {
  const given = KINDS.filter((kind) => listOf(body[kind]).length > 0);
  return given.length === 1 ? given[0] : undefined;
}

const bodyOf = (request: object) => fieldsOf(fieldsOf(withBodyRead(fieldsOf(request))).body);

/** What a request of InvokeModel asks one of Cohere's models to embed; nothing for any other request. */
export function itemsOf(request: object): readonly unknown[] | undefined {
  const { modelId } = fieldsOf(request);
  if (typeof modelId !== 'string' || !modelId.includes('cohere.embed')) return undefined;
  const body = bodyOf(request);
  const kind = kindOf(body);
  return kind && listOf(body[kind]);
}

/** The same request for these items. */
export function requestFor(request: object, items: readonly unknown[]): object {
  const body = bodyOf(request);
  return { ...request, body: JSON.stringify({ ...body, [kindOf(body) ?? 'texts']: items }) };
}

/** One list of vectors, or one for each type that was asked for. */
function vectorLists(embeddings: unknown): readonly (readonly unknown[])[] {
  return [embeddings, ...Object.values(fieldsOf(embeddings))].filter(Array.isArray);
}

/** Numbers, or their bytes in base64. */
function isVector(value: unknown): boolean {
  return (Array.isArray(value) || typeof value === 'string') && value.length > 0;
}

function at(list: unknown, place: number): unknown {
  return Array.isArray(list) ? [list[place]] : list;
}

function vectorsAt(embeddings: unknown, place: number): unknown {
  if (!isFields(embeddings)) return at(embeddings, place);
  const types = Object.entries(embeddings);
  return Object.fromEntries(types.map(([type, list]) => [type, at(list, place)]));
}

function joined(lists: readonly unknown[]): unknown {
  return Array.isArray(lists[0]) ? lists.flatMap(listOf) : lists[0];
}

function joinedVectors(parts: readonly unknown[]): unknown {
  const [first] = parts;
  if (!isFields(first)) return joined(parts);
  const types = Object.keys(first);
  return Object.fromEntries(
    types.map((type) => [type, joined(parts.map((part) => fieldsOf(part)[type]))]),
  );
}

/** One answer for each of `count` items, in their order; nothing where there is not a vector for each. */
export function splitAnswer(answer: unknown, count: number): readonly Fields[] | undefined {
  if (!isFields(answer)) return undefined;
  const { embeddings } = answer;
  const lists = vectorLists(embeddings);
  const isWhole = lists.every((list) => list.length === count && list.every(isVector));
  if (lists.length === 0 || !isWhole) return undefined;
  // A list of another length does not go by item: no texts come back for images.
  const repeated = KINDS.filter((kind) => listOf(answer[kind]).length === count);
  return Array.from({ length: count }, (_none, place) => ({
    ...answer,
    ...Object.fromEntries(repeated.map((kind) => [kind, at(answer[kind], place)])),
    embeddings: vectorsAt(embeddings, place),
  }));
}

/** The answer to all items; what it says beside them is the first one's. */
export function joinAnswers(answers: readonly Fields[]): Fields {
  const [first = {}] = answers;
  const repeated = KINDS.filter((kind) => kind in first);
  return {
    ...first,
    ...Object.fromEntries(
      repeated.map((kind) => [kind, joined(answers.map((answer) => answer[kind]))]),
    ),
    embeddings: joinedVectors(answers.map(({ embeddings }) => embeddings)),
  };
}
