/** Status and headers of an answer, as far as they are worth keeping. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Names the outcome on every answer that went through the cache: `hit`, `stale` or `miss`. */
export const OUTCOME_HEADER = 'x-cached-llm';

/** True of the connection, of the moment or of the account, and false of a body that is read again. */
const TRANSIENT =
  /^(content-(encoding|length)|transfer-encoding|connection|keep-alive|set-cookie|date|age|retry-after.*|x-should-retry|x-ratelimit-.*|anthropic-ratelimit-.*|alt-svc|cf-.*|via|server|report-to|nel|strict-transport-security)$/;

/** What of it may be given to others, and to later callers. */
export function headOf(response: Response): ResponseHead {
  const kept = [...response.headers].filter(([name]) => !TRANSIENT.test(name));
  return { status: response.status, headers: Object.fromEntries(kept) };
}

/** The leader's own: everything but what describes the bytes on the wire, which are decoded by now. */
export function liveHeaders(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) {
    headers.delete(name);
  }
  headers.set(OUTCOME_HEADER, 'miss');
  return headers;
}

/** A response's `url` is what `fetch` asked for; one that is built by hand has none (some clients read it). */
export function withUrl(response: Response, url: string): Response {
  Object.defineProperty(response, 'url', { value: url, configurable: true });
  return response;
}
