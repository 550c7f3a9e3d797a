import { isGiven, shareOrigin, traceSignal } from '@cached-llm/core/adapter';
import { bodyOf } from './body-text.ts';
import {
  type Content,
  FRAMING,
  type MadeHead,
  type Origin,
  type ResponseForm,
} from './response-form.ts';

/** The header that names the outcome on every response that may be shared or stored: `hit`, `stale` or `miss`. */
export const OUTCOME_HEADER = 'x-cached-llm';

/** A response has the `url` that `fetch` was given; one that is built by hand has none, and some clients read it. */
function withUrl(response: Response, url: string): Response {
  const clone = () => withUrl(Response.prototype.clone.call(response), url);
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    clone: { value: clone, configurable: true },
  });
}

async function* replayOf(texts: readonly string[], signal: AbortSignal | undefined) {
  for (const text of texts) {
    signal?.throwIfAborted();
    yield text;
  }
}

const isWhole = (content: Content): content is string | Uint8Array =>
  typeof content === 'string' || content instanceof Uint8Array;

function bodyFrom(content: Content | Response['body'], signal: AbortSignal | undefined) {
  if (content === null || content instanceof ReadableStream || isWhole(content)) return content;
  return bodyOf('next' in content ? content : replayOf(content, signal));
}

/** A response as `fetch` would return it, with headers that say where it comes from. */
export function buildResponse(
  content: Content | Response['body'],
  head: MadeHead,
  { outcome, age, url, signal }: Origin,
): Response {
  const given = head.headers;
  const headers = new Headers(
    Symbol.iterator in given ? [...given].map(([...pair]) => pair) : given,
  );
  headers.set(OUTCOME_HEADER, outcome);
  if (outcome !== 'miss') headers.set('age', String(Math.round(age / 1000))); // RFC 9111 §5.1
  const { status, statusText } = head;
  return withUrl(new Response(bodyFrom(content, signal), { status, statusText, headers }), url);
}

/** All headers but those that describe the wire. */
function liveHeaders(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of response.headers.keys()) if (FRAMING.test(name)) headers.delete(name);
  return headers;
}

/** The responses of `fetch`. */
export const webForm = {
  live: (response) => response,
  liveHeaders,
  urlOf: ({ url }) => url,
  isRedirected: ({ redirected }) => redirected,
  make: buildResponse,
} satisfies ResponseForm<Response>;

/**
 * Notes that what an SDK makes of a response comes from the same call. This is the parsed answer, an object with the same headers,
 * and a stream that holds a signal of the request.
 */
export function traced(
  response: Response,
  signals: readonly (AbortSignal | null | undefined)[],
): Response {
  const { json, clone } = response;
  if (!Object.isExtensible(response)) return response; // of a fetch of the user's own
  shareOrigin(response, response.headers);
  for (const signal of signals) if (isGiven(signal)) traceSignal(response, signal);
  const define = (name: 'json' | 'clone', value: () => unknown) =>
    Object.defineProperty(response, name, { value, configurable: true, writable: true });
  define('json', async () => shareOrigin(response, await json.call(response)));
  define('clone', () => traced(shareOrigin(response, clone.call(response)), []));
  return response;
}
