import {
  type Adapter,
  type Asking,
  type CallOptions,
  defaultAdapter,
  type LlmCache,
  type Policy,
} from '@cached-llm/core';
import { httpIdentity } from './request/http-identity.ts';
import type { HttpRequest } from './request/read-request.ts';
import { HttpCodec } from './response/http-codec.ts';

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

/** What a cached fetch goes by, resolved. */
export interface Door extends CachedFetchOptions {
  readonly cache: LlmCache;
  readonly policy: Policy;
  readonly upstream: Fetch;
}

/** A request as the cache takes it. */
export function askingOf(
  { adapter, policy, upstream }: Door,
  request: HttpRequest,
): Asking<Response> {
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
