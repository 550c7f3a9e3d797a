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

function askingOf({ adapter, policy, upstream }: Door, request: HttpRequest): Asking<Response> {
  const rules = { adapter: adapter ?? defaultAdapter, admit: policy.admit };
  const { signal, url, body } = request;
  const [input, init] = request.given;
  const own = new AbortController();
  const onPassedOn = () =>
    signal?.addEventListener('abort', () => own.abort(signal.reason), { once: true });
  return {
    identity: httpIdentity(request, adapter, policy),
    policy,
    signal,
    codec: new HttpCodec({ url: url.href, request: body, rules, onPassedOn }),
    pass: () => upstream(input, init),
    invoke: (flight) => upstream(input, { ...init, signal: AbortSignal.any([flight, own.signal]) }),
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
    const read = readRequest(input, init);
    if (read === undefined) return upstream(input, init); // at once: its arguments may change after
    const request = await read;
    if (request === undefined) return upstream(input, init);
    return (await cache.answer(askingOf(door, request))).response;
  };
}
