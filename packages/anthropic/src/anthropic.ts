import {
  Anthropic,
  type BaseAnthropic,
  type Middleware,
  type MiddlewareContext,
} from '@anthropic-ai/sdk';
import {
  type Adapter,
  cacheOf,
  describeKind,
  requireVersion,
  usageIn,
  versionInUserAgent,
} from '@cached-llm/core/adapter';
import {
  type CachedClientOptions,
  cachedFetch,
  derivedClient,
  type Fetch,
  warnOfOwnFetch,
  withCallerSignal,
  wrongClient,
} from '@cached-llm/http';
import { rejects } from './admission.ts';
import { cross } from './cross.ts';
import { answers, atOwnHosts, ignore, isStateful, modelOf } from './identity.ts';
import { stream } from './stream.ts';

/** Anthropic's Messages API, on any platform: messages, streamed or not, and counts of tokens. */
export const anthropic: Adapter = {
  provider: 'anthropic',
  ignore,
  atOwnHosts,
  modelOf,
  callIds: ['messages.*.content.*.id', 'messages.*.content.*.tool_use_id'],
  isStateful,
  streamsWhenAsked: true,
  answers,
  rejects,
  usageOf: usageIn,
  stream,
  cross,
};

export type CachedAnthropicOptions = CachedClientOptions;

const EXPECTED = {
  wrapper: 'cachedAnthropic',
  sdk: '@anthropic-ai/sdk 0.122 or later',
  package: '@anthropic-ai/sdk',
  range: '>=0.122 <2',
  example: 'new Anthropic()',
};

/** Middleware of one call runs after the client's: no key can cover what it makes of the request. */
const isRewritten = ({ options }: MiddlewareContext) => (options?.middleware?.length ?? 0) > 0;

/** Every middleware of this package. Two of them in a row would wait for each other over one key. */
const cachingMiddleware = new WeakSet<Middleware>();

function middlewareOf(options: CachedAnthropicOptions): Middleware {
  const fetching = { ...options, cache: cacheOf(options), adapter: anthropic };
  cachedFetch(fetching); // refuses a bad option here, not at a call
  const middleware: Middleware = ({ url, ...init }, next, context) => {
    const bypass = isRewritten(context) ? { when: () => false } : {};
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

/** Steps of a client that come after its middleware, and write another request. */
const LATER_STEPS = ['backendMiddleware', 'prepareRequest', 'prepareOptions', 'buildURL'] as const;

/**
 * Does the middleware of this client see the request that leaves? A client of another class (Vertex AI, Bedrock, one's
 * own) writes project, region or path afterwards; so may another copy of the SDK.
 */
function isPlain(client: BaseAnthropic): boolean {
  const isChanged = LATER_STEPS.some((step) => Object.hasOwn(client, step));
  return client.constructor === Anthropic && !isChanged;
}

/** The upstream of each cached fetch. Two cached fetches in a row would wait for each other over one key. */
const upstreams = new WeakMap<Fetch, Fetch>();

/** As below, with the cache as the client's `fetch`: it sees each request as it leaves, within the client's timeout. */
function withCachedFetch<Client extends BaseAnthropic>(
  client: Client,
  options: CachedAnthropicOptions,
): Client {
  const inside = client as unknown as { readonly fetch: Fetch }; // private in the types, and the last step before the network
  const upstream = upstreams.get(inside.fetch) ?? inside.fetch;
  const fetch = cachedFetch({ ...options, adapter: anthropic, fetch: upstream });
  upstreams.set(fetch, upstream);
  return derivedClient(client, () => client.withOptions({ fetch }), EXPECTED);
}

function isClient(client: unknown): client is BaseAnthropic {
  // Its fields are checked: `instanceof` fails across two copies of the SDK.
  const candidate = client as Partial<BaseAnthropic> | null;
  return typeof candidate?.withOptions === 'function' && Array.isArray(candidate.middleware);
}

/**
 * The same client, whose repeated calls are answered from a store: same class, same types, streams,
 * `.stream()`, `.parse()`, `toolRunner` and `.withResponse()` included. The client you pass is unchanged.
 * The cache is the last of the client's middleware, outside the timeout of a request. In a client of another class, such
 * as `AnthropicVertex` and `AnthropicBedrock`, which writes a request anew after its middleware, the cache is its `fetch`.
 * It replaces a cache that the client has already.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT` for anything but a client of `@anthropic-ai/sdk` 0.122 or later.
 */
export function cachedAnthropic<Client extends BaseAnthropic>(
  client: Client,
  options: CachedAnthropicOptions = {},
): Client {
  requireVersion(EXPECTED, versionInUserAgent(client));
  if (!isClient(client)) throw wrongClient(EXPECTED, describeKind(client));
  const { fetch } = client as unknown as { readonly fetch?: Fetch }; // private in the types
  const upstream = fetch && (upstreams.get(fetch) ?? fetch);
  warnOfOwnFetch({ ...options, adapter: anthropic, fetch: upstream });
  if (!isPlain(client)) return withCachedFetch(client, options);
  const others = client.middleware.filter((middleware) => !cachingMiddleware.has(middleware));
  return client.withOptions({ middleware: [...others, middlewareOf(options)] });
}
