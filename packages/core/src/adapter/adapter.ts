import type { SdkInstance, Served, Usage } from '../entry/index.ts';
import { type Fields, isFields } from '../key/index.ts';
import { type Rejection, startTimer } from '../options/index.ts';
import type { CrossMode } from './cross-mode.ts';

/** What is known of a complete answer. */
export interface Verdict {
  /** Why the answer is not stored. Undefined where it may be. */
  readonly rejection?: string | undefined;
  /** The HTTP status of an answer that is an error. */
  readonly error?: string | undefined;
  /** The user's `admit` is still deciding: what `rejection` will be. It never rejects. */
  readonly deciding?: Promise<string | undefined> | undefined;
  /** How long the answer is fresh, in milliseconds. @default what the options say of all answers */
  readonly ttl?: number | undefined;
  readonly usage?: Usage | undefined;
  /** The model that answered. */
  readonly served?: Served | undefined;
}

/** Milliseconds that an async `admit` or `when` may take. */
const DECISION_TIMEOUT = 60_000;

/** @throws where the user's predicate rejects, or takes too long. */
export async function decisionOf<Decision>(decided: PromiseLike<Decision>): Promise<Decision> {
  let cancel = () => {};
  const timeout = new Promise<never>((_resolve, reject) => {
    cancel = startTimer(DECISION_TIMEOUT, () => reject());
  });
  return Promise.race([decided, timeout]).finally(cancel);
}

/** The verdict once the user's `admit` has decided. */
export async function settled({ deciding, ...verdict }: Verdict): Promise<Verdict> {
  return deciding === undefined ? verdict : { ...verdict, rejection: await deciding };
}

/** May the answer be stored, as far as is known now? */
export const isAdmitted = ({ rejection, deciding }: Verdict) =>
  rejection === undefined && deciding === undefined;

/** The fields of a response that repeat a request, as this request has them. Undefined where nothing is repeated. */
export function ownEchoes(
  { echoes }: Pick<Adapter, 'echoes'>,
  request: unknown,
): Fields | undefined {
  // Chat completions repeat nothing: a hit of one is not to pay for this.
  if (echoes === undefined || !isFields(request) || 'messages' in request) return undefined;
  const own = Object.entries(echoes).map(([name, unset]) => [name, request[name] ?? unset]);
  return Object.fromEntries(own);
}

/** A response, or an event of the Responses API that carries one, with the caller's own fields. Any other value stays as it is. */
export function withOwnEchoes(value: unknown, own: Fields): unknown {
  if (!isFields(value)) return value;
  if (isFields(value.response)) return { ...value, response: withOwnEchoes(value.response, own) };
  const repeated = Object.entries(own).filter(([name]) => name in value);
  return { ...value, ...Object.fromEntries(repeated) };
}

/** How an adapter reads a stream. */
export interface StreamRules {
  /** Is this the provider's own terminal marker? The transport also shows texts that are not JSON, such as `[DONE]`. */
  ends(chunk: unknown): boolean;
  /** The provider marks no end on the wire, so that `assemble` alone decides whether a stream is complete. */
  readonly endsSilently?: boolean | undefined;
  /** The provider begins and ends each part of a stream by an event of its own, so that one without them lacks something. @default false */
  readonly marksParts?: boolean | undefined;
  /** The answer as it would have come without streaming. Undefined where the chunks are not a whole answer. */
  assemble(chunks: readonly unknown[]): Fields | undefined;
}

/** How a request for many items, such as texts to embed, is taken apart. Each item is stored by itself. */
export interface BatchRules {
  /** The items of a request that may ask for many. Undefined for any other request. */
  itemsOf(request: Fields, url: URL): readonly unknown[] | undefined;
  /** The same request for these items. */
  ask(request: Fields, items: readonly unknown[]): Fields;
  /** One response for each item, in their order. Undefined where the response does not have one for each. */
  split(response: Fields, items: readonly unknown[]): readonly Fields[] | undefined;
  /**
   * The response to all items, from the responses to each. Undefined where these are not of one model.
   *
   * @param asked what the provider has just answered for some of the items: the response counts what was billed for
   * them. Where it is empty, the response counts what the stored items had cost.
   */
  join(responses: readonly Fields[], asked: readonly Fields[]): Fields | undefined;
}

/** How the responses and chunks are stored that an SDK returns as instances of its own classes. */
export interface InstanceRules {
  /** An instance, written down. Undefined for a value that needs no class to come back as it was. */
  write(response: unknown): SdkInstance | undefined;
  /** The instance again. @throws an Error for one that cannot be made: then the request is a miss */
  read(written: SdkInstance): object;
}

/** An answer that carries what only the account that asked can use, such as the id of what the provider stores. */
export interface AccountIds {
  /** For how many milliseconds the provider accepts it. Infinity where the provider names no limit. */
  readonly retention: number;
}

/** Describes a provider once, for wrapped functions and for the transport of its SDK alike. */
export interface Adapter {
  readonly provider: string;
  /** Dotted fields of the request that the answer does not depend on. The reason for each is written beside it. */
  readonly ignore: readonly string[];
  /**
   * Further such fields, and the hosts of the provider itself, by their names. A gateway at another host may route by
   * them (`metadata.tags` of LiteLLM), so that there they are in the key. A function does not say where it sends its
   * request: its fields are ignored. @default none
   */
  readonly atOwnHosts?: { readonly hosts: RegExp; readonly ignore: readonly string[] } | undefined;
  /**
   * Dotted paths of the ids that link a call to its result, with `*` for each item of a list: `messages.*.tool_call_id`.
   * Those that a client made at random are renamed by their order in the conversation. @default none
   */
  readonly callIds?: readonly string[] | undefined;
  /**
   * Fields that a response repeats from its request and that are not in the key, each with its value where the request has none. A
   * hit repeats those of its own caller. @default none
   */
  readonly echoes?: Readonly<Record<string, unknown>> | undefined;
  /** The dotted field of the temperature, which is rounded to 2 decimals. @default 'temperature' */
  readonly temperature?: string | undefined;
  /** The model that is asked. @default the request's `model` */
  modelOf?(request: Fields, url?: URL): string | undefined;
  /**
   * Its SDK reads a stream if the request has `stream: true`, and a whole answer otherwise. What comes in the other form
   * is not stored, because the SDK cannot read it. @default false
   */
  readonly streamsWhenAsked?: boolean | undefined;
  /**
   * Its SDK ends a call whose time is over by an abort. In a wrapped function an abort is then a time-out, unless a signal
   * among the arguments was aborted: one that the function holds itself cannot be seen. @default false
   */
  readonly timesOutByAbort?: boolean | undefined;
  /** Must this request bypass the cache, because it depends on state that the provider keeps? @default false */
  isStateful?(request: Fields): boolean;
  /**
   * Says of a request whether its answer carries ids that only the asking account can use. The key of such a request
   * contains a digest of the credential, unless the request names its account. Its answer is served for no longer than the
   * retention. Asked by the transport; a function does not say under which credential it asks. @default no answer carries such ids
   */
  accountIds?(request: Fields, url: URL): AccountIds | undefined;
  /** May answers of this path be stored? Asked by the transport. @default true for every path */
  answers?(path: string): boolean;
  /** Why this answer is not stored. Undefined where it may be. */
  rejects(response: unknown, request: unknown): Rejection | undefined;
  /** The tokens and the cost that the response reports. @default unknown */
  usageOf?(response: unknown): Usage | undefined;
  /** The model that answered. @default what `model` and `system_fingerprint`, or fields like them, say */
  servedModelOf?(response: unknown): Served | undefined;
  readonly stream: StreamRules;
  /** For wrapped functions that return what the SDK does. @default only plain values are stored */
  readonly instances?: InstanceRules | undefined;
  /** Made by `crossMode`. @default an answer is served as it was asked for, whole or as a stream */
  readonly cross?: CrossMode | undefined;
  /** @default every request asks for one answer */
  readonly batch?: BatchRules | undefined;
}
