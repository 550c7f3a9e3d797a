import type { Provenance } from '@cached-llm/core/adapter';

/** The header that names the outcome on every response that may be shared or stored: `hit`, `stale` or `miss`. */
export const OUTCOME_HEADER = 'x-cached-llm';

/** Status and headers of a response, as far as they are stored. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers that describe the bytes on the wire, which are decoded by now. */
const FRAMING = /^(content-(encoding|length)|transfer-encoding)$/;

/** Headers for the first caller alone, whatever the response is. */
const PRIVATE = /^(set-cookie|connection|keep-alive)$/;

/** Headers that are true of the moment or of the account, and false when the body is read again. */
const TRANSIENT =
  /^(date|age|retry-after.*|x-should-retry|(x-|anthropic-)?rate-?limit.*|alt-svc|cf-.*|via|server|report-to|nel|strict-transport-security)$/;

/**
 * The head that other callers get, now and later. A failure is never stored, and those who share it share its
 * moment: its transient headers, such as `retry-after`, remain.
 */
export function headOf(response: Response): ResponseHead {
  const dropped = response.ok ? [FRAMING, PRIVATE, TRANSIENT] : [FRAMING, PRIVATE];
  const shared = [...response.headers].filter(
    ([name]) => !dropped.some((pattern) => pattern.test(name)),
  );
  const { status, statusText } = response;
  return { status, statusText, headers: Object.fromEntries(shared) };
}

/** The headers that the leader gets: all but those that describe the wire. */
export function liveHeaders(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of response.headers.keys()) if (FRAMING.test(name)) headers.delete(name);
  return headers;
}

/** A response has the `url` that `fetch` was given; one that is built by hand has none, and some clients read it. */
function withUrl(response: Response, url: string): Response {
  const clone = () => withUrl(Response.prototype.clone.call(response), url);
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    clone: { value: clone, configurable: true },
  });
}

/** Where a response comes from. */
export interface Origin extends Pick<Provenance, 'age'> {
  readonly outcome: Provenance['outcome'] | 'partial' | string;
  readonly url: string;
}

/** A response as `fetch` would return it, with headers that say where it comes from. */
export function buildResponse(
  body: string | ArrayBuffer | ReadableStream<Uint8Array> | null,
  head: ResponseInit,
  { outcome, age, url }: Origin,
): Response {
  const headers = new Headers(head.headers);
  headers.set(OUTCOME_HEADER, outcome);
  if (outcome !== 'miss') headers.set('age', String(Math.round(age / 1000))); // RFC 9111 §5.1
  return withUrl(new Response(body, { ...head, headers }), url);
}
