import type { ProviderBackOff } from '../adapter/index.ts';
import type { EntryHeader, Usage } from '../entry/index.ts';
import { type Address, addressOf, type EntryStore, isBypass } from '../entry-store/index.ts';
import type { Bypass, CacheEventEmitter, CallEvent, Outcome } from '../events/index.ts';
import type { Flight, FlightLeases, Flights } from '../flight/index.ts';
import type { Inspection } from '../inspection/index.ts';
import type { CallIdentity } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import type { ResponseCodec, SharedResponse } from '../response/index.ts';

/** What a seam (a function, an SDK's middleware, a fetch) hands to the pipeline: one call of a provider. */
export interface Call<Response> {
  /** What the answer depends on, or why the call bypasses the cache. */
  readonly identity: CallIdentity | Bypass;
  readonly policy: Policy;
  /** The caller's own: it ends the caller's wait, and the call once nobody else waits for it. */
  readonly signal?: AbortSignal | undefined;
  /** Did a time-out end the wait, and not the caller? @default what the reason of the signal says */
  readonly isTimedOut?: (() => boolean) | undefined;
  readonly codec: ResponseCodec<Response>;
  /** One of many items that are asked for together: it does not wait for other processes. @default false */
  readonly isPart?: boolean | undefined;
  /** Calls the provider. The signal is the flight's, not the caller's. */
  invoke(signal: AbortSignal): Promise<Response>;
  /** Calls the provider with the caller's own request, as if there were no cache. @default invoke */
  readonly invokeUncached?: (() => Promise<Response>) | undefined;
}

/** A call that does not bypass the cache. */
export interface KeyedCall<Response> extends Call<Response> {
  readonly identity: CallIdentity;
}

/** A call, and where its entry is. */
export interface KeyedRequest<Response = unknown> {
  readonly call: KeyedCall<Response>;
  readonly address: Address;
  /** A call behind a stale answer: no caller asked for it, so it counts as no miss. */
  readonly isRevalidation?: boolean | undefined;
}

/** What is known of an answer that the provider just gave. */
export interface ProviderResult {
  /** When the answer, or its stream, arrived. */
  readonly at: number;
  /** Milliseconds, so far. */
  readonly took: number;
  readonly usage: Usage | undefined;
  /** Is the answer complete, and on its way into the store? Who asks now has a hit. */
  isUsable(): boolean;
}

/** What a flight gives to every caller that joined it. */
export interface FlightResult {
  readonly outcome: Exclude<Outcome, 'bypass'>;
  /** Of the entry that was served; nothing where the provider answered. */
  readonly header?: EntryHeader | undefined;
  /** Nothing where an entry was served. */
  readonly provided?: ProviderResult | undefined;
  /** Nothing where the response can be given to the leader only. */
  readonly shared?: SharedResponse | undefined;
  /** The leader's own copy. */
  readonly leaderResponse?: { readonly response: unknown } | undefined;
  /** Is the answer in the store? */
  readonly stored: Promise<boolean>;
}

/** What all requests of one cache share. */
export interface PipelineContext {
  readonly entries: EntryStore;
  readonly events: CacheEventEmitter;
  readonly now: () => number;
  readonly inspection: Pick<Inspection, 'entries' | 'whyAbsent'>;
  /** Loads the leases. Nothing where each process leads its own flights, or where they cannot be loaded. */
  readonly leases: (() => Promise<FlightLeases | undefined>) | undefined;
  readonly backOff: ProviderBackOff;
  readonly flights: Flights<FlightResult>;
  /** Starts the flight of a request, which is looked up by its leader. */
  startFlight(request: KeyedRequest): Flight<FlightResult>;
}

/** The call with the address of its entry, or why the call bypasses the cache. */
export function requestOf<Response>(
  entries: EntryStore,
  call: Call<Response>,
): KeyedRequest<Response> | Bypass {
  const address = addressOf(entries, call.identity, call.policy);
  if (isBypass(address)) return address;
  return { call: call as KeyedCall<Response>, address }; // an identity that is a bypass has no address
}

/** What every event about a request says of it. */
export function eventOf({ address, call }: KeyedRequest): CallEvent {
  const { provider, model } = call.identity;
  return { key: address.key, provider, model };
}

/**
 * Requests in different modes, or for an answer in different forms, share no flight. No key has a space; the usual
 * id is the key itself, because it is asked for several times in a flight, and another text takes as long as all else.
 */
export function flightIdOf({ call: { policy, identity }, address: { key } }: KeyedRequest): string {
  const isUsual = policy.mode === 'read-write' && identity.form === undefined;
  return isUsual ? key : `${key} ${policy.mode} ${identity.form ?? ''}`;
}
