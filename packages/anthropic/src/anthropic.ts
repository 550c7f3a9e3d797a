import { Anthropic, type Middleware, type MiddlewareContext } from '@anthropic-ai/sdk';
import { cacheOf, describeKind } from '@cached-llm/core/adapter';
import {
  type CachedClientOptions,
  cachedFetch,
  copyWithFetch,
  derivedClient,
  type Fetch,
  fetchOf,
  isCopied,
  requireClientVersion,
  warnOfOwnFetch,
  withCallerSignal,
  wrongClient,
} from '@cached-llm/http';
import { anthropic } from './adapter.ts';

/** Options of `cachedAnthropic`: the cache, and the options of its calls. */
export type CachedAnthropicOptions = CachedClientOptions;

const EXPECTED = {
  wrapper: 'cachedAnthropic',
  sdk: '@anthropic-ai/sdk 0.20 or later',
  package: '@anthropic-ai/sdk',
  range: '>=0.20 <2',
  example: 'new Anthropic()',
};

/** Middleware of one call runs after the client's: no key can cover what it makes of the request. */
const isRewritten = ({ options }: MiddlewareContext) => (options?.middleware?.length ?? 0) > 0;

/** The client that a middleware is of, once it is made. */
interface Owner {
  client?: ClientWithMiddleware;
}

/** Every middleware of this package. Two of them in a row would wait for each other over one key. */
const cachingMiddleware = new WeakSet<Middleware>();

function middlewareOf(options: CachedAnthropicOptions, owner: Owner): Middleware {
  const fetching = { ...options, cache: cacheOf(options), adapter: anthropic };
  cachedFetch(fetching); // refuses a bad option here, not at a call
  const middleware: Middleware = ({ url, ...init }, next, context) => {
    const isLast = owner.client?.middleware.at(-1) === middleware; // the user may have added another one to the list
    const bypass = isRewritten(context) || !isLast ? { when: () => false } : {};
    const fetch = cachedFetch({
      ...fetching,
      ...bypass,
      fetch: (input, sent) =>
        next({ ...sent, url: String(input), headers: new Headers(sent?.headers) }),
    });
    // Of the one signal that the SDK sends, its time-out is no abort of the caller.
    return fetch(url, withCallerSignal(init, context.options?.signal));
  };
  cachingMiddleware.add(middleware);
  return middleware;
}

/** As much as is used of a client of this SDK, on any platform and in any release. */
export interface AnthropicClient {
  readonly messages: object;
}

/** A client of release 0.105 and later, whose middleware sees each request with the options of its call. */
interface ClientWithMiddleware extends AnthropicClient {
  readonly middleware: readonly Middleware[];
  withOptions(options: { readonly middleware: readonly Middleware[] }): ClientWithMiddleware;
}

function hasMiddleware(client: AnthropicClient): boolean {
  return Array.isArray((client as Partial<ClientWithMiddleware>).middleware); // an older one has none
}

/** Steps of a client that come after its middleware, and write another request. */
const LATER_STEPS = ['backendMiddleware', 'prepareRequest', 'prepareOptions', 'buildURL'] as const;

/**
 * Has it a key or a token of its own? A profile or a federation rule has the client ask for a token at each request. Such a
 * client writes the token, and the workspace of the account, after its middleware (`prepareRequest`).
 */
function hasOwnCredential(client: AnthropicClient): boolean {
  const { apiKey, authToken } = client as Partial<Anthropic>; // public fields of every release
  return typeof apiKey === 'string' || typeof authToken === 'string';
}

/**
 * Does the middleware of this client see the request that leaves? A client of another class (Vertex AI, Bedrock, one's
 * own) writes project, region or path afterwards; so may another copy of the SDK.
 */
function isPlain(client: AnthropicClient): client is ClientWithMiddleware {
  const isChanged = LATER_STEPS.some((step) => Object.hasOwn(client, step));
  const isOwn = client.constructor === Anthropic && hasMiddleware(client);
  return isOwn && !isChanged && hasOwnCredential(client);
}

/** The upstream of each cached fetch. Two cached fetches in a row would wait for each other over one key. */
const upstreams = new WeakMap<Fetch, Fetch>();

function upstreamOf(client: AnthropicClient): Fetch | undefined {
  const { fetch: given } = client as { readonly fetch?: Fetch }; // private in the types, and the last step before the network
  return (given && upstreams.get(given)) ?? fetchOf(client);
}

/** As below, with the cache as the client's `fetch`: it sees each request as it leaves, within the client's timeout. */
function withCachedFetch<Client extends AnthropicClient>(
  client: Client,
  options: CachedAnthropicOptions,
): Client {
  const upstream = upstreamOf(client);
  const fetch = cachedFetch({ ...options, adapter: anthropic, fetch: upstream });
  if (upstream !== undefined) upstreams.set(fetch, upstream);
  return derivedClient(client, () => copyWithFetch(client, fetch), EXPECTED);
}

/**
 * As below. A copy that has further middleware has the cache behind it again: what it makes of a request is in the key.
 */
function withCachingMiddleware(
  client: ClientWithMiddleware,
  options: CachedAnthropicOptions,
): ClientWithMiddleware {
  const owner: Owner = {};
  const others = client.middleware.filter((each) => !cachingMiddleware.has(each));
  const middleware = [...others, middlewareOf(options, owner)];
  // The method of the class, because a client that has a cache already has one of its own.
  const copyOf = Anthropic.prototype.withOptions as ClientWithMiddleware['withOptions'];
  const cached = copyOf.call(client, { middleware });
  owner.client = cached;
  const value = (given: { readonly middleware: readonly Middleware[] }) => {
    const copy = copyOf.call(cached, given);
    const isCached = copy.middleware.some((each) => cachingMiddleware.has(each));
    return isCached ? cachedCopy(copy, options) : copy;
  };
  Object.defineProperty(cached, 'withOptions', { value, configurable: true, writable: true });
  return cached;
}

/** The client without a cache among its middleware. */
function withoutCache<Client extends AnthropicClient>(client: Client): Client {
  if (!hasMiddleware(client)) return client;
  const { middleware } = client as AnthropicClient as ClientWithMiddleware; // `hasMiddleware` says so
  const others = middleware.filter((each) => !cachingMiddleware.has(each));
  if (others.length === middleware.length) return client;
  const copyOf = Anthropic.prototype.withOptions as ClientWithMiddleware['withOptions'];
  return copyOf.call(client as AnthropicClient as ClientWithMiddleware, {
    middleware: others,
  }) as AnthropicClient as Client; // of the same class
}

/** The client with the cache where it sees each request as it leaves. */
function cachedCopy<Client extends AnthropicClient>(
  client: Client,
  options: CachedAnthropicOptions,
): Client {
  if (isPlain(client)) return withCachingMiddleware(client, options) as AnthropicClient as Client; // of the same class
  return withCachedFetch(withoutCache(client), options);
}

function isClient(client: unknown): client is AnthropicClient {
  // Its fields are checked: `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<AnthropicClient> | null;
  return typeof candidate?.messages === 'object' && isCopied(candidate);
}

/**
 * The same client, whose repeated calls are answered from a store: same class, same types, streams,
 * `.stream()`, `.parse()`, `toolRunner` and `.withResponse()` included. The client you pass is unchanged.
 * The cache is the last of the client's middleware, outside the timeout of a request. In releases before 0.105, and in a
 * client that writes a request anew after its middleware, the cache is its `fetch`. Such clients are those of another class
 * (`AnthropicVertex`, `AnthropicBedrock`), and those with a profile.
 * It replaces a cache that the client has already.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of `@anthropic-ai/sdk` 0.20 or later.
 */
export function cachedAnthropic<Client extends AnthropicClient>(
  client: Client,
  options: CachedAnthropicOptions = {},
): Client {
  requireClientVersion(client, EXPECTED);
  if (!isClient(client)) throw wrongClient(EXPECTED, describeKind(client));
  warnOfOwnFetch({ ...options, adapter: anthropic, fetch: upstreamOf(client) });
  return cachedCopy(client, options);
}
