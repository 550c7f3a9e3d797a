import {
  type Adapter,
  type Asking,
  type CallOptions,
  defaultAdapter,
  defaultCache,
  type LlmCache,
  type Policy,
  resolvePolicy,
} from '@cached-llm/core';
import { HttpCodec } from './http-codec.ts';
import { httpIdentity } from './http-identity.ts';
import { type HttpRequest, readRequest } from './http-request.ts';

/** The part of `fetch` that SDKs rely on. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface CachedFetchOptions extends CallOptions {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
  /** Describes the provider. @default whatever API: all of a request is in its key */
  readonly adapter?: Adapter | undefined;
  /** Makes the requests. @default globalThis.fetch, looked up at each call */
  readonly fetch?: Fetch | undefined;
}

interface Door extends CachedFetchOptions {
  readonly policy: Policy;
  readonly upstream: Fetch;
}

function askingOf(
  { adapter, policy, upstream }: Door,
  request: HttpRequest,
  [input, init]: Parameters<Fetch>,
): Asking<Response> {
  const rules = { adapter: adapter ?? defaultAdapter, admit: policy.admit };
  return {
    identity: httpIdentity(request, adapter, policy),
    policy,
    signal: request.signal,
    codec: new HttpCodec({ url: request.url.href, request: request.body, rules }),
    invoke: (signal) => upstream(input, { ...init, signal }),
  };
}

/**
 * A `fetch` that answers a repeated JSON POST from a store: JSON, server-sent events and JSON lines. All
 * else passes through untouched. An answer says where it comes from: `x-cached-llm: hit`, and its `age`.
 *
 * @throws {LlmCacheError} for a bad option, here and not at a call.
 */
export function cachedFetch(options: CachedFetchOptions = {}): Fetch {
  const cache = options.cache ?? defaultCache();
  const policy = resolvePolicy(cache.policy, options);
  const upstream: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const door = { ...options, policy, upstream };
  return async (input, init) => {
    if (policy.mode === 'off') return upstream(input, init);
    const request = await readRequest(input, init);
    if (request === undefined) return upstream(input, init);
    return (await cache.answer(askingOf(door, request, [input, init]))).response;
  };
}
