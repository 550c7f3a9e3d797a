import type { Fetch } from './http-call.ts';
import { isCachedFetch } from './own-fetch.ts';

/** What is used of a client that Stainless generated. `fetch` and `_options` are private in the types of the SDKs. */
interface Inside {
  readonly fetch?: Fetch;
  readonly _options?: object;
  withOptions?(options: object): object;
}

/** A response of another library, such as `node-fetch`, which the SDKs used before Node.js had a `fetch`. */
interface ForeignResponse {
  readonly url?: string;
  readonly redirected?: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Iterable<[string, string]>;
  readonly body: AsyncIterable<Uint8Array> | null;
}

const isWeb = ({ body }: Response) => body === null || typeof body.getReader === 'function';

/** A response that has one of these has no body (Fetch §2.2.3): that library gives it an empty one. */
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/** Is it read here? Any other body is its caller's as it came: sound and files are read by methods of that library. */
function isRead({ status, headers }: ForeignResponse): boolean {
  const type = new Headers([...headers]).get('content-type') ?? '';
  return status >= 400 || WITHOUT_BODY.includes(status) || /json|event-stream/i.test(type);
}

/** One for each `fetch`, because two clients with the same one are no reason for a warning. */
const webFetches = new WeakMap<Fetch, Fetch>();

/** A `fetch` whose responses are those of the web, whichever library makes the requests. */
function webFetch(fetch: Fetch): Fetch {
  const made = webFetches.get(fetch) ?? newWebFetch(fetch);
  webFetches.set(fetch, made);
  return made;
}

function newWebFetch(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (isWeb(response)) return response;
    const foreign = response as unknown as ForeignResponse; // its body is no stream of the web
    if (!isRead(foreign)) return response;
    const { status, statusText, headers, body, url = '', redirected = false } = foreign;
    const isEmpty = body === null || WITHOUT_BODY.includes(status);
    const stream = isEmpty ? null : ReadableStream.from(body);
    const web = new Response(stream, { status, statusText, headers: [...headers] });
    return Object.defineProperties(web, { url: { value: url }, redirected: { value: redirected } });
  };
}

/** Can {@link copyWithFetch} copy this client? */
export function isCopied(client: object): boolean {
  const { withOptions, fetch, _options: options }: Inside = client;
  return typeof withOptions === 'function' || (fetch !== undefined && options !== undefined);
}

/** The `fetch` with which a client makes its requests. */
export function fetchOf(client: object): Fetch | undefined {
  const { withOptions, fetch }: Inside = client;
  if (withOptions !== undefined || fetch === undefined || isCachedFetch(fetch)) return fetch;
  return webFetch(fetch);
}

/**
 * A copy of a client with another `fetch`: by its own `withOptions`, or, in older releases (openai 4, groq-sdk 0,
 * @anthropic-ai/sdk before 0.50), by its class and the options that it keeps.
 *
 * @param others options that the client does not keep
 */
export function copyWithFetch<Client extends object>(
  client: Client,
  fetch: Fetch,
  others: object = {},
): Client {
  const { withOptions, _options: options }: Inside = client;
  if (withOptions !== undefined) return withOptions.call(client, { fetch, ...others }) as Client; // the SDKs promise it
  const SameClass = client.constructor as new (options: object) => Client; // the class that made the client
  return new SameClass({ ...options, ...others, fetch });
}
