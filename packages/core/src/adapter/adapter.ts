import type { Served, Usage } from '../entry/index.ts';
import type { Fields } from '../key/index.ts';
import type { Rejection } from '../options/index.ts';

/** How a whole answer and a streamed one are made from each other: exactly, or not at all. */
export interface CrossRules {
  /** Is this a request that has both kinds of answer? */
  covers(request: Fields): boolean;
  /** Dotted fields of the request that say how the answer is streamed, and nothing of what it says. */
  readonly ignore: readonly string[];
  /** The URL of the same request without streaming. @default the URL itself: the body says which */
  plainUrl?(url: URL): URL;
  /**
   * The answer as it comes without streaming; nothing where the chunks do not tell all of it.
   *
   * @throws likewise
   */
  assemble(chunks: readonly unknown[]): Fields | undefined;
  /**
   * Chunks that say the same as this answer; nothing where there are none.
   *
   * @param request Asks for some of what can be in a stream, such as its usage. @default asks for all
   * @throws likewise
   */
  disassemble(response: Fields, request?: Fields): readonly Fields[] | undefined;
  /** Name of a chunk's event on the wire. @default none */
  eventOf?(chunk: Fields): string;
  /** What comes after the last chunk on the wire, such as `[DONE]`. @default nothing */
  readonly marker?: string | undefined;
}

/** How an adapter reads a stream. */
export interface StreamRules {
  /** Is this the provider's own terminal marker? The transport also shows texts that are no JSON: `[DONE]`. */
  ends(chunk: unknown): boolean;
  /** The provider marks no end on the wire: what `assemble` makes of the chunks decides alone. */
  readonly endsSilently?: boolean | undefined;
  /** The whole answer, as it would have come without streaming; nothing where the chunks are no whole one. */
  assemble(chunks: readonly unknown[]): Fields | undefined;
}

/** How a request for many items, such as texts to embed, is taken apart: each item is kept by itself. */
export interface BatchRules {
  /** The items of a request that may ask for many; nothing for any other request. */
  itemsOf(request: Fields, url: URL): readonly unknown[] | undefined;
  /** The same request for these items. */
  ask(request: Fields, items: readonly unknown[]): Fields;
  /** One response for each item, in their order; nothing where the response has not one for each. */
  split(response: Fields, items: readonly unknown[]): readonly Fields[] | undefined;
  /** The response to all items, from the responses to each. */
  join(responses: readonly Fields[]): Fields;
}

/** Describes a provider once, for wrapped functions and for its SDK's transport alike. */
export interface Adapter {
  readonly provider: string;
  /** Dotted fields of the request that the answer does not depend on, each for a reason that is written beside it. */
  readonly ignore: readonly string[];
  /** Dotted field of the temperature. @default 'temperature' */
  readonly temperature?: string | undefined;
  /** The model that is asked. @default the request's `model` */
  modelOf?(request: Fields, url?: URL): string | undefined;
  /** Must this request go past the cache, because it depends on state that the provider keeps? */
  isStateful?(request: Fields): boolean;
  /** Is this path one whose answers may be kept? Asked by the transport. @default every path */
  answers?(path: string): boolean;
  /** Why this answer is not worth keeping; nothing where it is. */
  rejects(response: unknown, request: unknown): Rejection | undefined;
  usageOf?(response: unknown): Usage | undefined;
  /** Who really answered. @default what `model` and `system_fingerprint`, or their like, say */
  servedModelOf?(response: unknown): Served | undefined;
  readonly stream: StreamRules;
  /** @default an answer is served as it was asked for, whole or as a stream */
  readonly cross?: CrossRules | undefined;
  /** @default every request is one question */
  readonly batch?: BatchRules | undefined;
}
