import { types } from 'node:util';
import type { Usage } from '../entry/index.ts';
import type { BypassReason, Outcome } from '../events/index.ts';
import { describeKind, LlmCacheError } from '../options/index.ts';

/** What became of a request, as far as it is known when the request is answered. */
export interface AnswerInfo {
  readonly outcome: Outcome;
  /** Why the request bypassed the cache, as in the event `bypass`; `off` is the mode. Nothing for another outcome. */
  readonly reason?: BypassReason | 'off' | undefined;
  /** This request joined the call of another request. */
  readonly collapsed: boolean;
  /** Undefined for a request that has no key, and for one that was answered item by item. */
  readonly key?: string | undefined;
  /** Milliseconds since the answer was stored. 0 if the provider gave it to this request. */
  readonly age: number;
  /** Milliseconds for which the answer is still fresh. */
  readonly ttl: number;
  /** What this request did not spend. Undefined if the provider was called for it, or is out. */
  readonly saved?:
    | {
        readonly usage?: Usage | undefined;
        readonly milliseconds?: number | undefined;
      }
    | undefined;
}

/** The call that an object came from. */
export interface AnswerOrigin {
  readonly about: AnswerInfo;
  /** Its entry is not served from now on. Resolves to false where the store could not be written. */
  forget(): Promise<boolean>;
}

/** Are these the same call, made again by the SDK, or calls of which nothing is stored? */
function isSameCall(first: AnswerOrigin, second: AnswerOrigin): boolean {
  if (first === second) return true;
  const [one, other] = [first.about, second.about];
  if (one.key !== undefined) return one.key === other.key;
  return one.outcome === 'bypass' && other.outcome === 'bypass';
}

/** A constructor that returns its argument lets a subclass add a private field to an object that was made elsewhere. */
const Given = function given(object: object) {
  return object;
} as unknown as new (
  object: object,
) => object; // TypeScript knows no such function

/**
 * The origin of each response, in a private field of it: no key, no JSON and no type of the response shows it. A WeakMap
 * would do the same, and take a seventh of the time of a hit.
 */
class Linked extends Given {
  /** Nothing for an object of several calls. */
  #origin: AnswerOrigin | undefined;

  constructor(object: object, origin: AnswerOrigin) {
    super(object);
    this.#origin = origin;
  }

  static link(object: object, origin: AnswerOrigin): void {
    if (!(#origin in object)) new Linked(object, origin);
    else if (object.#origin !== undefined) object.#origin = new Nested(origin, object.#origin);
  }

  /** Several calls may link such an object. It comes from all of them, hence from none. */
  static share(object: object, origin: AnswerOrigin): void {
    if (!(#origin in object)) new Linked(object, origin);
    else if (object.#origin !== undefined)
      object.#origin = isSameCall(object.#origin, origin) ? origin : undefined;
  }

  static originOf(object: object): AnswerOrigin | undefined {
    return #origin in object ? object.#origin : undefined;
  }
}

const { link, originOf, share } = Linked;

/** A wrapped function that returns what a cached client gave it: both have an entry. */
class Nested implements AnswerOrigin {
  readonly #outer: AnswerOrigin;
  readonly #inner: AnswerOrigin;

  constructor(outer: AnswerOrigin, inner: AnswerOrigin) {
    this.#outer = outer;
    this.#inner = inner instanceof Nested ? inner.#outer : inner; // an object of the user's may be returned for ever
  }

  get about(): AnswerInfo {
    return this.#outer.about;
  }

  forget(): Promise<boolean> {
    return forgetAll([this.#inner, this.#outer]);
  }
}

/** An answer that was put together from the answers for several items. */
class Joined implements AnswerOrigin {
  readonly #parts: readonly AnswerOrigin[];

  constructor(parts: readonly AnswerOrigin[]) {
    this.#parts = parts;
  }

  get about(): AnswerInfo {
    const parts = this.#parts.map(({ about }) => about);
    const [first] = parts;
    const isSame = parts.every(({ outcome }) => outcome === first?.outcome);
    return {
      outcome: isSame && first !== undefined ? first.outcome : 'miss',
      collapsed: parts.some(({ collapsed }) => collapsed),
      age: Math.max(...parts.map(({ age }) => age)),
      ttl: Math.min(...parts.map(({ ttl }) => ttl)),
    };
  }

  forget(): Promise<boolean> {
    return forgetAll(this.#parts);
  }
}

async function forgetAll(origins: readonly AnswerOrigin[]): Promise<boolean> {
  const forgotten = await Promise.all(origins.map((each) => each.forget()));
  return forgotten.every(Boolean);
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Remembers which call a response came from. A text or a number has no identity. */
export function linkAnswer(response: unknown, origin: AnswerOrigin): void {
  if (isObject(response)) link(response, origin);
}

/** Lets a reader of a stream come from the same call as the stream. */
export function passOrigin(stream: unknown, reader: object): void {
  const origin = isObject(stream) ? originOf(stream) : undefined;
  if (origin !== undefined) link(reader, origin);
}

/** Parts of a response that an SDK takes over as they are where it makes an object of its own of the response. */
const PARTS = ['usage', 'usageMetadata', 'meta', '$metadata', 'providerMetadata', 'response'];

/** Parts that are lists: an object of the SDK may come from several calls. */
const LISTS = ['steps', 'responses'];

/** Only own data is read: a getter may do something, such as reading a stream to its end. */
function partOf(object: object, name: string): object | undefined {
  try {
    const part: unknown = Reflect.getOwnPropertyDescriptor(object, name)?.value;
    return isObject(part) ? part : undefined;
  } catch {
    return undefined; // of a proxy that answers to nothing
  }
}

/** The headers come first: each response has its own, while a model may give the same metadata each time. */
function partsOf(object: object): readonly object[] {
  const response = partOf(object, 'response');
  const headers = [partOf(object, 'headers'), response && partOf(response, 'headers')];
  const parts = PARTS.map((name) => partOf(object, name));
  return [...headers, ...parts].filter((part) => part !== undefined);
}

/** A stream of an SDK has what ends its request. */
function signalOf(object: object): AbortSignal | undefined {
  const controller = partOf(object, 'controller') ?? partOf(object, 'abortController');
  return controller instanceof AbortController ? controller.signal : undefined;
}

const isOrigin = (origin: AnswerOrigin | undefined) => origin !== undefined;

function originOfAll(list: object | undefined): AnswerOrigin | undefined {
  if (!Array.isArray(list)) return undefined;
  const origins = list.filter(isObject).map(nearOrigin).filter(isOrigin);
  return origins.length > 1 ? new Joined(origins) : origins[0];
}

function nearOrigin(object: object): AnswerOrigin | undefined {
  const near = [...partsOf(object), signalOf(object)];
  return originOf(object) ?? near.map((each) => each && originOf(each)).find(isOrigin);
}

function tracedOrigin(object: object): AnswerOrigin | undefined {
  const listed = () => LISTS.map((name) => originOfAll(partOf(object, name)));
  return nearOrigin(object) ?? listed().find(isOrigin);
}

/**
 * Lets an object that holds this signal come from the same call as `response`: a stream of the SDK has the signal of its
 * request. A signal of several calls belongs to none of them.
 */
export function traceSignal(response: object, signal: AbortSignal): void {
  const origin = originOf(response);
  if (origin !== undefined) share(signal, origin);
}

/**
 * Lets an object come from the same calls as `from`, and so the parts of it that an SDK may take over. One that comes
 * from a call already is left as it is.
 *
 * @returns the object
 */
export function shareOrigin<Value>(from: object | readonly object[], to: Value): Value {
  const origins = [from].flat().flatMap((each) => originOf(each) ?? []);
  const [first] = origins;
  if (first === undefined || !isObject(to)) return to;
  const origin = origins.length === 1 ? first : new Joined(origins);
  if (originOf(to) === undefined) link(to, origin);
  for (const part of partsOf(to)) share(part, origin); // a model may give the same part each time
  return to;
}

/**
 * What became of the call that a response came from. It takes the response of a wrapped function or of a cached client, its stream,
 * or an object that the SDK made of it. `undefined` for any other object, also for a copy.
 */
export function infoOf(response: unknown): AnswerInfo | undefined {
  return isObject(response) ? tracedOrigin(response)?.about : undefined;
}

/**
 * Removes the entry that a response came from, as after a failed check: it is not served from now on, and an equal
 * request calls the provider. Resolves to false where the store could not be written.
 *
 * @throws {LlmCacheError} `NOT_AN_ANSWER` for a text, a number, a copy, or an object that came from no cached call
 */
export async function invalidateAnswer(response: unknown): Promise<boolean> {
  const origin = isObject(response) ? tracedOrigin(response) : undefined;
  if (origin !== undefined) return origin.forget();
  const isPromise = types.isPromise(response);
  const what = isPromise ? 'a promise, which has to be awaited' : describeKind(response);
  const remedy = isObject(response)
    ? 'Pass the very object that a wrapped function or a cached client returned, not a copy of it.'
    : 'A text or a number does not say which call it came from: write ask.invalidate(request).';
  throw new LlmCacheError(
    'NOT_AN_ANSWER',
    `invalidateAnswer was given ${what}, which came from no cached call. ${remedy}`,
  );
}
