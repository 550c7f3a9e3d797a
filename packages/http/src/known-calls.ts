import {
  type Call,
  isControlHeader,
  isCredential,
  isNeutralHeader,
} from '@cached-llm/core/adapter';
import type { ReceivedRequest } from './request/index.ts';

/** What a request and every equal one have in common as calls of the cache. */
export type KnownCall = Required<
  Pick<Call<unknown>, 'identity' | 'address' | 'policy' | 'endpoint'>
>;

/** Bytes of all requests together. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A request is remembered as its text and as its identity, which has what is in the text once more, as values. */
const bytesOf = (text: string) => text.length * 3 + 1_000;

/** To make the key of a longer request takes less time than to send it. */
const LONGEST = 64 * 1024;

/** Headers that speak to a cache, although no answer depends on them. */
const WISHES = new Set([
  'cache-control',
  'pragma',
  'x-portkey-cache-force-refresh',
  'cf-aig-skip-cache',
]);

/** Header names come from clients, hence the bound. */
const MOST_NAMES = 1_000;
const names = new Map<string, boolean>();

/** May a call be another one because of this header? */
function counts(name: string): boolean {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (names.size >= MOST_NAMES) names.clear();
  const isNeutral = isNeutralHeader(name) && !isCredential(name) && !WISHES.has(name);
  const found = !isNeutral || isControlHeader(name);
  names.set(name, found);
  return found;
}

/**
 * A text that two requests share only if they are the same call. Undefined for a request that is too long for it.
 *
 * @param scope that of the request
 */
export function textOf(
  { url, headers, body, cacheMode }: ReceivedRequest,
  scope: string | undefined,
): string | undefined {
  if (body.length > LONGEST) return undefined;
  let text = `${scope ?? ''}\n${cacheMode ?? ''}\n${url.href}\n`;
  for (const [name, value] of headers) if (counts(name)) text += `${name}:${value}\n`;
  return `${text}\n${Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')}`;
}

/** Calls of requests that were made before. To compare a request with them costs less than to make its key again. */
export class KnownCalls {
  readonly #calls = new Map<string, KnownCall>();
  #bytes = 0;

  get(text: string): KnownCall | undefined {
    return this.#calls.get(text);
  }

  add(text: string, { identity, address, policy, endpoint }: Call<unknown>): void {
    if (address === undefined || this.#calls.has(text)) return;
    for (const oldest of this.#calls.keys()) {
      if (this.#bytes + bytesOf(text) <= MOST_BYTES) break;
      this.#calls.delete(oldest);
      this.#bytes -= bytesOf(oldest);
    }
    this.#calls.set(text, { identity, address, policy, endpoint });
    this.#bytes += bytesOf(text);
  }
}
