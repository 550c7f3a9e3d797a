import type { LlmCache } from '@cached-llm/core';
import {
  answerEach,
  type EachItemRules,
  embeddingParts,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
} from '@cached-llm/core/adapter';
import { answerOf, usageOf } from './admission.ts';
import { withBodyRead } from './identity.ts';
import { asBlob } from './response-codec.ts';
import { KINDS, typedLists } from './vectors.ts';

function kindOf(body: Fields): (typeof KINDS)[number] | undefined {
  const given = KINDS.filter((kind) => listOf(body[kind]).length > 0);
  return given.length === 1 ? given[0] : undefined;
}

const bodyOf = (request: object) => fieldsOf(fieldsOf(withBodyRead(fieldsOf(request))).body);

/** The items that an InvokeModel request gives one of Cohere's models to embed; nothing for any other request. */
export function itemsOf(request: object): readonly unknown[] | undefined {
  const { modelId } = fieldsOf(request);
  if (typeof modelId !== 'string' || !modelId.includes('cohere.embed')) return undefined;
  const body = bodyOf(request);
  const kind = kindOf(body);
  return kind && listOf(body[kind]);
}

/** The same request for these items. */
function requestFor(request: object, items: readonly unknown[]): object {
  const body = bodyOf(request);
  return { ...request, body: JSON.stringify({ ...body, [kindOf(body) ?? 'texts']: items }) };
}

const at = (list: unknown, place: number) => (Array.isArray(list) ? [list[place]] : list);

function vectorsAt(embeddings: unknown, place: number): unknown {
  if (!isFields(embeddings)) return at(embeddings, place);
  const types = Object.entries(embeddings);
  return Object.fromEntries(types.map(([type, list]) => [type, at(list, place)]));
}

function joined(lists: readonly unknown[]): unknown {
  const [first] = lists;
  if (Array.isArray(first)) return lists.flatMap(listOf);
  if (!isFields(first)) return first;
  const types = Object.keys(first);
  return Object.fromEntries(
    types.map((type) => [type, joined(lists.map((list) => fieldsOf(list)[type]))]),
  );
}

/** What an answer has for each item, in their order; nothing where the lists have different lengths. */
function partsOf(answer: Fields): readonly Fields[] {
  const lists = typedLists(answer.embeddings).map(([, list]) => list);
  const [first = []] = lists;
  const count = first.length;
  // A list of another length does not belong to the items: a request for images returns no texts.
  const repeated = KINDS.filter((kind) => listOf(answer[kind]).length === count);
  const partAt = (place: number) => ({
    ...Object.fromEntries(repeated.map((kind) => [kind, at(answer[kind], place)])),
    embeddings: vectorsAt(answer.embeddings, place),
  });
  const isWhole = lists.every((list) => list.length === count);
  return isWhole ? first.map((_vector, place) => partAt(place)) : [];
}

const parted = embeddingParts({
  counts: [],
  vectorsOf: partsOf,
  numbersOf: (part) => typedLists(fieldsOf(part).embeddings).flatMap(([, list]) => list),
  withVectors(answer, vectors) {
    const parts = vectors.map(fieldsOf);
    const names = Object.keys(parts[0] ?? {});
    const lists = names.map((name) => [name, joined(parts.map((part) => part[name]))]);
    return { ...answer, ...Object.fromEntries(lists) };
  },
});

/** A response with this body, as bytes with the SDK's methods. */
function withBody(response: Fields, body: Fields, blobPrototype: object | undefined): Fields {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return { ...response, body: asBlob(bytes, blobPrototype) };
}

/** How the cache and the provider are asked for some of the items. */
export interface ItemCalls {
  readonly cache: LlmCache;
  readonly request: object;
  readonly blobPrototype: object | undefined;
  /** What the cache must know of this request. */
  callFor(request: object): ReturnType<EachItemRules<unknown, Fields>['callFor']>;
  /** Sends this request under the signal of a flight. */
  ask(request: object, flight: AbortSignal): Promise<Fields>;
  /** Sends the request of the caller. */
  invokeUncached(): Promise<Fields>;
}

/** Embeds item by item: each of them is looked up, and those that are missing are requested in one call. */
export function embedEach(items: readonly unknown[], calls: ItemCalls): Promise<Fields> {
  const { cache, request, blobPrototype } = calls;
  const bodyIn = (response: Fields) => fieldsOf(answerOf(response));
  const partOf = (response: Fields, body: Fields) => withBody(response, body, blobPrototype);
  return answerEach<unknown, Fields>(cache.pipeline, items, {
    callFor: (item) => calls.callFor(requestFor(request, [item])),
    ask: (missing, flight) =>
      calls.ask(missing === items ? request : requestFor(request, missing), flight),
    split(response, missing) {
      const whole = bodyIn(response);
      const parts = parted.split(whole, missing);
      if (parts === undefined) return { rejection: 'incomplete', usage: usageOf(response) };
      return parts.map((part) => (part === whole ? response : partOf(response, part)));
    },
    join(parts, asked) {
      const body = parted.join(parts.map(bodyIn), asked.map(bodyIn));
      return body && partOf(asked[0] ?? parts[0] ?? {}, body);
    },
    invokeUncached: calls.invokeUncached,
  });
}
