import type { CallOptions, LlmCache } from '@cached-llm/core';
import {
  type Adapter,
  type Call,
  controlledPolicy,
  credentialDigest,
  type Policy,
  toMilliseconds,
  whenBypass,
} from '@cached-llm/core/adapter';
import { anyAnswer, knownAnswer } from './admission/index.ts';
import {
  accountIdsOf,
  callEndpoint,
  type Endpoint,
  type HttpRequest,
  httpIdentity,
  isNamed,
} from './request/index.ts';
import { httpCodec, type ResponseForm } from './response/index.ts';

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

/** The options of calls over HTTP, with every default filled in. */
export interface CallSettings extends Omit<CachedFetchOptions, 'fetch'> {
  readonly cache: LlmCache;
  readonly policy: Policy;
  /** The policy of a request that asks to be made again. */
  readonly refreshing: Policy;
}

/** How one request is sent, and how its responses are read and made. */
export interface Transport<Response> {
  readonly form: ResponseForm<Response>;
  /** Has a time-out fired the signal, and not the caller? @default what the reason of the signal says */
  readonly isTimedOut?: (() => boolean) | undefined;
  /** Sends the request. Without a signal it has the caller's own. */
  send(signal?: AbortSignal): Promise<Response>;
  /** Is called for a response that goes to its caller as it came, with what ends the reading of its body. */
  onPassedOn?(response: Response, reading: AbortController): void;
}

const limited = new WeakMap<Policy, Map<number, Policy>>();

/** Does no entry of this policy live longer? */
function endsWithin(retention: number, policy: Policy): boolean {
  const { ttl, ttlOf, staleWhileRevalidate, staleIfError, maxAge, renewOnHit } = policy;
  const life = ttl + Math.max(staleWhileRevalidate, staleIfError);
  return maxAge <= retention || (life <= retention && !renewOnHit && ttlOf === undefined);
}

/** What the user says of an answer, and not longer than the answer is of use. What is no duration stays what it is. */
function limitedTtl({ ttlOf }: Policy, retention: number): Policy['ttlOf'] {
  if (ttlOf === undefined) return undefined;
  return (response, request) => {
    const ttl = toMilliseconds(ttlOf(response, request), 'ttl');
    return Math.min(ttl, retention);
  };
}

/** The policy of answers that are of no use after `retention`: they are not served when they are older. */
function limitedTo(retention: number, policy: Policy): Policy {
  if (endsWithin(retention, policy)) return policy;
  const known = limited.get(policy)?.get(retention);
  if (known !== undefined) return known;
  const { staleWhileRevalidate, staleIfError, maxAge } = policy;
  const ttl = Math.min(policy.ttl, retention);
  const made: Policy = {
    ...policy,
    ttl,
    ttlOf: limitedTtl(policy, retention),
    staleWhileRevalidate: Math.min(staleWhileRevalidate, retention - ttl),
    staleIfError: Math.min(staleIfError, retention - ttl),
    maxAge: Math.min(maxAge, retention),
  };
  limited.set(policy, (limited.get(policy) ?? new Map()).set(retention, made));
  return made;
}

/** The policy of a request that says how old an answer it takes, or that it takes a stored one alone. */
function wishedPolicy({ directive, maxAge, minFresh }: HttpRequest, policy: Policy): Policy {
  // How long an answer was fresh that has a ttl of its own is not known before it is looked up.
  const fresh = policy.ttlOf !== undefined && minFresh > 0 ? 0 : policy.ttl - minFresh;
  const oldest = Math.min(maxAge, fresh);
  if (directive !== 'only-if-cached' && oldest === Number.POSITIVE_INFINITY) return policy;
  const mode = directive === 'only-if-cached' ? 'replay' : policy.mode;
  return { ...policy, mode, maxAge: Math.max(0, Math.min(policy.maxAge, oldest)) };
}

/**
 * The policy of a request. A request that asks to be made again is made again, and its answer is stored. In `replay` mode nothing
 * is sent or stored, so no provider gets an old id.
 */
function policyFor(settings: CallSettings, request: HttpRequest): Policy {
  const { adapter, cache, policy, refreshing } = settings;
  if (policy.mode === 'replay') return policy;
  const isRefresh = request.directive === 'refresh' && policy.mode === 'read-write';
  const chosen = wishedPolicy(request, isRefresh ? refreshing : policy);
  try {
    const ids = cache.isForAnyAccount ? undefined : accountIdsOf(request, adapter);
    return ids === undefined ? chosen : limitedTo(ids.retention, chosen);
  } catch {
    return chosen; // an adapter threw an error: `httpIdentity` makes the call a bypass
  }
}

/** What is judged of an answer that no adapter judges. */
const rulesAt = ({ pathname }: URL, { endpoints }: CallSettings) =>
  isNamed(pathname, endpoints) ? anyAnswer : knownAnswer;

/** The settings of one request, whose headers may control it. */
export function settingsFor<Settings extends CallSettings>(
  settings: Settings,
  { control }: HttpRequest,
): Settings {
  const policy = controlledPolicy(settings.policy, control);
  if (policy === settings.policy) return settings;
  return { ...settings, policy, refreshing: { ...policy, mode: 'refresh' } };
}

/** An HTTP request as a call of the cache. */
export function httpCall<Response>(
  settings: CallSettings,
  request: HttpRequest,
  transport: Transport<Response>,
): Call<Response> {
  const { adapter, cache } = settings;
  const policy = policyFor(settings, request);
  const { admit, ttlOf } = policy;
  const rules = { adapter: adapter ?? rulesAt(request.url, settings), admit, ttlOf };
  const { signal, url, body } = request;
  const { form } = transport;
  const credential = () => credentialDigest(request.headers);
  let own: AbortController | undefined; // a hit needs none, and one takes as long as the look-up
  const reading = () => (own ??= new AbortController());
  const onPassedOn = (response: Response) => transport.onPassedOn?.(response, reading());
  const { isForAnyAccount } = cache;
  return {
    identity: httpIdentity(request, { ...settings, policy, isForAnyAccount }),
    endpoint: callEndpoint(url),
    policy,
    bypass: whenBypass(policy, [body]),
    signal,
    isTimedOut: transport.isTimedOut,
    codec: httpCodec({ form, url: url.href, request: body, rules, credential, onPassedOn }),
    invokeUncached: () => transport.send(),
    invoke: (flight) => transport.send(AbortSignal.any([flight, reading().signal])),
  };
}
