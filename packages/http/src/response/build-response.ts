import { isGiven, type Provenance, shareOrigin, traceSignal } from '@cached-llm/core/adapter';

/** The header that names the outcome on every response that may be shared or stored: `hit`, `stale` or `miss`. */
export const OUTCOME_HEADER = 'x-cached-llm';

/** The header with the provider's id of the request that was answered first, for callers with the same credential. */
const FIRST_REQUEST_ID = 'x-cached-llm-first-request-id';

/** Status and headers of a response, as far as they are stored. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The digest of the credential of the first caller. Nothing where no header is for that caller alone. */
  readonly credential?: string | undefined;
  /** The digest of the request's fields that the response repeats. Nothing where it repeats none. */
  readonly echoed?: string | undefined;
}

/** Headers that describe the bytes on the wire, which are decoded by now. */
const FRAMING = /^(content-(encoding|length)|transfer-encoding)$/;

/**
 * Headers that are about the answer itself: its type, the model and the version of the API, what it counts. Every
 * other header is about one caller, one account, one machine or one moment (docs/trust.md of the core).
 */
const OF_THE_ANSWER =
  /^(content-type|content-language|openai-(model|version)|anthropic-version|cf-aig-(model|provider)|x-litellm-(model-group|version)|x-amzn-bedrock-(content-type|(in|out)put-token-count))$/;

/** Headers that say of a failure when to call again, and which failure it is. A failure is never stored. */
const OF_A_FAILURE = /^(retry-after(-ms)?|x-should-retry|x-amzn-errortype)$/;

/** Under these names providers give the id of a request. */
const REQUEST_IDS = ['x-request-id', 'request-id', 'apim-request-id', 'x-amzn-requestid'];

/** The digest of the credential with which a request is made, for example of its API key. */
export type CredentialDigest = () => string;

/** The head that other callers get, now and later: what is about the answer, and the id of the first request. */
export function headOf(response: Response, credential: CredentialDigest): ResponseHead {
  const { status, statusText, ok } = response;
  const isShared = (name: string) => OF_THE_ANSWER.test(name) || (!ok && OF_A_FAILURE.test(name));
  const headers = Object.fromEntries([...response.headers].filter(([name]) => isShared(name)));
  const id = REQUEST_IDS.map((name) => response.headers.get(name)).find((each) => each !== null);
  if (id === undefined || id === null) return { status, statusText, headers };
  const own = { ...headers, [FIRST_REQUEST_ID]: id };
  return { status, statusText, headers: own, credential: credential() };
}

/** The head for one caller: the id of the first request goes to nobody who asks with another credential. */
export function headFor(
  { credential: first, ...head }: ResponseHead,
  credential: CredentialDigest,
): ResponseHead {
  if (first === undefined || first === credential()) return head;
  const { [FIRST_REQUEST_ID]: _, ...headers } = head.headers;
  return { ...head, headers };
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
  body: string | ArrayBuffer | Uint8Array | ReadableStream<Uint8Array> | null,
  head: ResponseInit,
  { outcome, age, url }: Origin,
): Response {
  const headers = new Headers(head.headers);
  headers.set(OUTCOME_HEADER, outcome);
  if (outcome !== 'miss') headers.set('age', String(Math.round(age / 1000))); // RFC 9111 §5.1
  return withUrl(new Response(body, { ...head, headers }), url);
}

/**
 * Lets what an SDK makes of a response come from the same call as the response: what it parses, what takes over the
 * headers, and a stream that holds a signal of the request.
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
