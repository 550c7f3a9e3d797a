import {
  answerEach,
  type Call,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
} from '@cached-llm/core/adapter';
import { answerOf } from './admission.ts';
import { withBodyRead } from './identity.ts';
import { asBlob } from './response-codec.ts';

/** A request embeds items of one kind, and the response may repeat the items in a list of the same name. */
const KINDS = ['texts', 'images', 'inputs'] as const;

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

/** One list of vectors, or one for each type that was requested. */
function vectorLists(embeddings: unknown): readonly (readonly unknown[])[] {
  return [embeddings, ...Object.values(fieldsOf(embeddings))].filter(Array.isArray);
}

/** A vector is a list of numbers, or their bytes in base64. */
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

/** One answer for each of `count` items, in their order; nothing where an item has no vector. */
function splitAnswer(answer: unknown, count: number): readonly Fields[] | undefined {
  if (!isFields(answer)) return undefined;
  const { embeddings } = answer;
  const lists = vectorLists(embeddings);
  const isWhole = lists.every((list) => list.length === count && list.every(isVector));
  if (lists.length === 0 || !isWhole) return undefined;
  // A list of another length does not belong to the items: a request for images returns no texts.
  const repeated = KINDS.filter((kind) => listOf(answer[kind]).length === count);
  return Array.from({ length: count }, (_none, place) => ({
    ...answer,
    ...Object.fromEntries(repeated.map((kind) => [kind, at(answer[kind], place)])),
    embeddings: vectorsAt(embeddings, place),
  }));
}

/** The answer to all items. What it says beside them is taken from the first one. */
function joinAnswers(answers: readonly Fields[]): Fields {
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

/** A response with this body, as bytes with the SDK's methods. */
function withBody(response: Fields, body: Fields, blobPrototype: object | undefined): Fields {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return { ...response, body: asBlob(bytes, blobPrototype) };
}

/** How the cache and the provider are asked for some of the items. */
export interface ItemCalls {
  readonly request: object;
  readonly blobPrototype: object | undefined;
  /** The caller's own signal. */
  readonly own: AbortSignal | undefined;
  /** The stored response to this request, or the one that `how` brings. */
  answer(
    request: object,
    how: Pick<Call<Fields>, 'invoke' | 'invokeUncached' | 'isPart'>,
  ): Promise<Fields>;
  /** Sends this request under the signal of a flight. */
  ask(request: object, flight: AbortSignal): Promise<Fields>;
  /** Sends the request of the caller. */
  invokeUncached(): Promise<Fields>;
}

/** Embeds item by item: each of them is looked up, and those that are missing are requested in one call. */
export function embedEach(items: readonly unknown[], calls: ItemCalls): Promise<Fields> {
  const { request, blobPrototype, own = new AbortController().signal } = calls;
  return answerEach<unknown, Fields, Fields>(items, {
    answer: (item, ask) =>
      calls.answer(requestFor(request, [item]), {
        isPart: true,
        invokeUncached: () => ask(own),
        invoke: ask,
      }),
    ask: (missing, flight) => calls.ask(requestFor(request, missing), flight),
    split: (response, missing) =>
      splitAnswer(answerOf(response), missing.length)?.map((body) =>
        withBody(response, body, blobPrototype),
      ),
    join: (responses) =>
      withBody(
        responses[0] ?? {},
        joinAnswers(responses.map(answerOf).filter(isFields)),
        blobPrototype,
      ),
    bypass: calls.invokeUncached,
  });
}
