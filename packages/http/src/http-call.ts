import type { CallOptions, LlmCache } from '@cached-llm/core';
import {
  type Adapter,
  type Call,
  defaultAdapter,
  type Policy,
  whenBypass,
} from '@cached-llm/core/adapter';
import { timeOutOf } from './caller-signal.ts';
import {
  credentialDigest,
  type Endpoint,
  type HttpRequest,
  httpIdentity,
} from './request/index.ts';
import { httpCodec } from './response/index.ts';

/** The part of `fetch` that SDKs rely on. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Options of {@link cachedFetch}: those of every call, and how requests are made. */
export interface CachedFetchOptions extends CallOptions {
  /** @default defaultCache() */
  readonly cache?: LlmCache | undefined;
  /** Describes the provider. @default none: all of a request is in its key, for any API */
  readonly adapter?: Adapter | undefined;
  /**
   * Ends of paths of your own that generate or embed, such as `['/v1/generate']`, or expressions for such paths; they
   * are added to those that are known. Every other path bypasses the cache. @default []
   */
  readonly endpoints?: readonly Endpoint[] | undefined;
  /** Makes the requests. @default globalThis.fetch, looked up at each call */
  readonly fetch?: Fetch | undefined;
}

/** Options of a provider's cached client, which sets the adapter and the `fetch` itself. */
export type CachedClientOptions = Omit<CachedFetchOptions, 'adapter' | 'fetch'>;

/** The options of a cached fetch, with every default filled in. */
export interface FetchSettings extends CachedFetchOptions {
  readonly cache: LlmCache;
  readonly policy: Policy;
  /** The policy of a request that asks to be made again. */
  readonly refreshing: Policy;
  readonly upstream: Fetch;
}

/** A request that asks to be made again is made again, and its answer stored. In `replay` mode nothing is sent. */
const policyFor = (
  { policy, refreshing }: FetchSettings,
  { directive }: Pick<HttpRequest, 'directive'>,
): Policy => (directive === 'refresh' && policy.mode === 'read-write' ? refreshing : policy);

/** An HTTP request as a call of the cache. */
export function httpCall(settings: FetchSettings, request: HttpRequest): Call<Response> {
  const { adapter, upstream } = settings;
  const policy = policyFor(settings, request);
  const rules = { adapter: adapter ?? defaultAdapter, admit: policy.admit };
  const { signal, url, body } = request;
  const [input, init] = request.given;
  const credential = () => credentialDigest(request.headers);
  const own = new AbortController();
  const onPassedOn = () =>
    signal?.addEventListener('abort', () => own.abort(signal.reason), { once: true });
  return {
    identity: httpIdentity(request, { ...settings, policy }),
    policy,
    bypass: whenBypass(policy, [body]),
    signal,
    isTimedOut: timeOutOf(init, signal),
    codec: httpCodec({ url: url.href, request: body, rules, credential, onPassedOn }),
    invokeUncached: () => upstream(input, init),
    invoke: (flight) => upstream(input, { ...init, signal: AbortSignal.any([flight, own.signal]) }),
  };
}
