import { isDeepStrictEqual } from 'node:util';
import type { EntryHeader } from '../entry/index.ts';
import { type Fields, isFields } from '../key/index.ts';

/** How a whole answer and a streamed one are made from each other: exactly, or not at all. */
export interface CrossRules {
  /** Does the provider answer this request in both ways? */
  covers(request: Fields): boolean;
  /** Dotted fields of the request that say how the answer is streamed, and that change nothing in it. */
  readonly ignore: readonly string[];
  /** The URL of the same request without streaming. @default the URL itself, where the body says which */
  plainUrl?(url: URL): URL;
  /**
   * The answer as it comes without streaming. Undefined where the chunks do not say all of it.
   *
   * @throws an Error in the same case
   */
  assemble(chunks: readonly unknown[]): Fields | undefined;
  /**
   * Chunks that say the same as this answer. Undefined where no chunks do.
   *
   * @param request asks for some of what a stream may have, such as its usage. @default asks for all
   * @throws an Error in the same case
   */
  disassemble(response: Fields, request?: Fields): readonly Fields[] | undefined;
  /** The name of a chunk's event on the wire. @default none */
  eventOf?(chunk: Fields): string;
  /** The text that follows the last chunk on the wire, such as `[DONE]`. @default none */
  readonly marker?: string | undefined;
}

/** What a store has: a response, or the list of a stream's chunks. */
export interface StoredResponse {
  readonly kind: EntryHeader['kind'];
  readonly value: unknown;
}

/** Serves a stored answer as the other kind: a stream as a whole answer, or a whole answer as a stream. */
export interface CrossMode extends CrossRules {
  /** The whole answer. @throws an Error where what is stored does not say all of it */
  wholeOf(stored: StoredResponse): Fields;
  /** The chunks of a stream, for a request that asks for one. @throws an Error where no chunks say just what is stored */
  chunksOf(stored: StoredResponse, request: unknown): readonly Fields[];
}

/** Thrown where a stored answer cannot be served as the other kind, so that the provider is called. */
class NotExactError extends Error {
  override readonly name = 'NotExactError';
}

/**
 * The value, which is a record that has no other fields than these.
 *
 * @throws an Error for any other value, because what an unknown field means is not known
 */
export function exactFields(value: unknown, names: readonly string[]): Fields {
  if (!isFields(value)) throw new NotExactError('Not an object.');
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new NotExactError(`${unknown} has no place in the other form.`);
  return value;
}

/** The cross mode of an adapter, from the rules of its provider. */
export function crossMode(rules: CrossRules): CrossMode {
  function wholeOf({ kind, value }: StoredResponse): Fields {
    const chunks = Array.isArray(value) ? value : [];
    const response = kind === 'stream' ? rules.assemble(chunks) : value;
    if (isFields(response)) return response;
    throw new NotExactError('The chunks are no whole answer.');
  }

  function chunksOf(stored: StoredResponse, request: unknown): readonly Fields[] {
    const response = wholeOf(stored);
    const isExact = isDeepStrictEqual(rules.assemble(rules.disassemble(response) ?? []), response);
    const asked = isFields(request) ? request : {};
    const chunks = isExact ? rules.disassemble(response, asked) : undefined;
    if (chunks !== undefined) return chunks;
    throw new NotExactError('The answer has something that no chunk has.');
  }

  return { ...rules, wholeOf, chunksOf };
}
