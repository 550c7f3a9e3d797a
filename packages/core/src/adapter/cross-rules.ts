import type { Fields } from '../key/call-identity.ts';

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
