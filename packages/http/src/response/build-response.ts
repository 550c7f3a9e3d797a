import type { Provenance } from '@cached-llm/core';

/** Names the outcome on every answer that may be shared or kept: `hit`, `stale` or `miss`. */
export const OUTCOME_HEADER = 'x-cached-llm';

/** A response's `url` is what `fetch` asked for; one that is built by hand has none (some clients read it). */
function withUrl(response: Response, url: string): Response {
  const clone = () => withUrl(Response.prototype.clone.call(response), url);
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    clone: { value: clone, configurable: true },
  });
}

/** What a response says of where it comes from. */
export interface Told extends Pick<Provenance, 'age'> {
  readonly outcome: Provenance['outcome'] | 'partial' | string;
  readonly url: string;
}

/** A response as fetch would give it, except that it says where it comes from. */
export function buildResponse(
  body: string | ArrayBuffer | ReadableStream<Uint8Array>,
  head: ResponseInit,
  { outcome, age, url }: Told,
): Response {
  const headers = new Headers(head.headers);
  headers.set(OUTCOME_HEADER, outcome);
  if (outcome !== 'miss') headers.set('age', String(Math.round(age / 1000))); // RFC 9111 §5.1
  return withUrl(new Response(body, { ...head, headers }), url);
}
