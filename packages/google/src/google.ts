import { type Adapter, cacheOf, describeKind, requireVersion } from '@cached-llm/core/adapter';
import {
  type CachedClientOptions,
  cachedFetch,
  type Fetch,
  warnOfOwnFetch,
  wrongClient,
} from '@cached-llm/http';
import type { GoogleGenAI } from '@google/genai';
import { google as wire } from './adapter.ts';
import { type ApiClient, showCallerSignal } from './caller-signal.ts';
import { cancelledOnRelease, fetchWithoutTimeLimit } from './client-fetch.ts';
import { instances } from './response-classes.ts';
import { traceAnswers } from './trace-answers.ts';

/** Gemini, as on the wire, and the classes of the SDK for wrapped functions that return them. */
export const google: Adapter = { ...wire, instances };

export type CachedGoogleOptions = CachedClientOptions;

const EXPECTED = {
  wrapper: 'cachedGoogle',
  sdk: 'the @google/genai package',
  package: '@google/genai',
  range: '>=1 <4',
  example: 'new GoogleGenAI({})',
};

/** The upstream of each cached fetch. Two cached fetches in a row would wait for each other over one key. */
const upstreams = new WeakMap<Fetch, Fetch>();

/** The part of the client that sends requests. It reads its `httpOptions` at each of them, and so do its chats. */
function apiClientOf(client: unknown): ApiClient | undefined {
  // The fields are internal to the SDK, hence checked; it has no other place for a fetch once it is made.
  const candidate = client as { readonly apiClient?: ApiClient; readonly models?: unknown } | null;
  return candidate?.models === undefined ? undefined : candidate.apiClient;
}

/** Makes a `fetch` that caches what another one requests. */
type Caching = (upstream: Fetch) => Fetch;

/** Since release 2.24 a client takes a `fetch` among its options, and hands it to `apiCall` as the sixth argument. */
const WITH_FETCH = 6;

/** What a client of an older release makes all its requests with. Before it had retries of its own, it took two arguments. */
type ApiCall = NonNullable<ApiClient['apiCall']>;

/** The methods under the cache, by the methods that have it. */
const underCache = new WeakMap<ApiCall, ApiCall>();

function cachedApiCall(apiClient: ApiClient, apiCall: ApiCall, caching: Caching): ApiCall {
  const below = underCache.get(apiCall) ?? apiCall;
  const cached: ApiCall = async (url, init, ...[retryOptions, timeout, abortSignal]) => {
    const signal = abortSignal ?? init?.signal ?? null;
    const upstream: Fetch = (input, { signal: flight, ...sent } = {}) =>
      below.length <= 2
        ? below.call(apiClient, String(input), { ...sent, signal: flight ?? null })
        : below.call(apiClient, String(input), sent, retryOptions, timeout, flight ?? undefined);
    return cancelledOnRelease(await caching(upstream)(url, { ...init, signal }));
  };
  underCache.set(cached, below);
  return cached;
}

/**
 * The client, changed so that repeated calls are answered from a store: `generateContent`, streams, chats,
 * automatic function calling, `embedContent` and `countTokens`. **It is the object that you pass**: the SDK
 * has no way to derive a client from another. A second call replaces the options of the first.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of the `@google/genai` package.
 */
export function cachedGoogle<Client extends GoogleGenAI>(
  client: Client,
  options: CachedGoogleOptions = {},
): Client {
  const apiClient = apiClientOf(client);
  requireVersion(EXPECTED, apiClient?.getDefaultHeaders?.()['x-goog-api-client']);
  const httpOptions = apiClient?.clientOptions?.httpOptions;
  if (apiClient?.apiCall === undefined || httpOptions === undefined)
    throw wrongClient(EXPECTED, describeKind(client));
  traceAnswers(client.models);
  const fetching = { ...options, cache: cacheOf(options), adapter: google };
  const caching: Caching = (fetch) => cachedFetch({ ...fetching, fetch });
  if ((underCache.get(apiClient.apiCall) ?? apiClient.apiCall).length < WITH_FETCH) {
    caching(fetchWithoutTimeLimit); // refuses a bad option here, not at a call
    apiClient.apiCall = cachedApiCall(apiClient, apiClient.apiCall, caching);
    return client;
  }
  const { fetch: given = fetchWithoutTimeLimit } = httpOptions;
  const upstream = upstreams.get(given) ?? given;
  warnOfOwnFetch({ ...fetching, fetch: upstream });
  const cached = caching(upstream);
  const fetch: Fetch = async (input, init) => cancelledOnRelease(await cached(input, init));
  upstreams.set(fetch, upstream);
  httpOptions.fetch = fetch;
  showCallerSignal(apiClient);
  return client;
}
