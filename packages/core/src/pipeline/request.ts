import { decisionOf, type ProviderBackOff } from '../adapter/index.ts';
import type { EntryHeader, Usage } from '../entry/index.ts';
import { type Address, addressOf, type EntryStore, isBypass } from '../entry-store/index.ts';
import type {
  Bypass,
  CacheEventEmitter,
  CallEndpoint,
  CallEvent,
  Outcome,
  RequestItem,
} from '../events/index.ts';
import type { Flight, FlightLeases, Flights } from '../flight/index.ts';
import type { Inspection } from '../inspection/index.ts';
import type { CallIdentity } from '../key/index.ts';
import type { Policy, WhenBypass } from '../options/index.ts';
import type { ResponseCodec, SharedResponse } from '../response/index.ts';
import { abortable } from '../store/index.ts';

/** One call of a provider, as a wrapped function, an SDK's middleware or a `fetch` gives it to the pipeline. */
export interface Call<Response> {
  /** What the answer depends on, or why the call bypasses the cache. */
  readonly identity: CallIdentity | Bypass;
  /** Where its entry is stored, if that is known from an earlier call with the same identity and policy. @default found out */
  readonly address?: Address | undefined;
  /** What events say of the place where the call goes. It is not in the key, and it contains no secret of a URL. */
  readonly endpoint?: CallEndpoint | undefined;
  readonly policy: Policy;
  /** What `whenBypass` says of the request: why it bypasses the cache by the user's choice. @default it does not */
  readonly bypass?: WhenBypass | Promise<WhenBypass>;
  /** The caller's own signal. It ends the caller's wait, and it ends the call if no other caller waits. */
  readonly signal?: AbortSignal | undefined;
  /** Did a time-out end the wait, and not the caller? @default what the reason of the signal says */
  readonly isTimedOut?: (() => boolean) | undefined;
  /** Is an abort of the call, of which its signal knows nothing, a time-out of the SDK? @default false */
  readonly timesOutByAbort?: boolean | undefined;
  readonly codec: ResponseCodec<Response>;
  /** False for a call that does nothing with the signal of {@link invoke}. @default true */
  readonly takesSignal?: boolean | undefined;
  /** The call is for one of many items that are asked for together. It does not wait for other processes. @default false */
  readonly isPart?: boolean | undefined;
  /** Copies what the caller may change. It is called before the caller continues, unless its answer was there at once. */
  keepRequest?(): void;
  /** Is called where a part of the request has no form that can be in a key. It never throws, and never rejects. */
  onNotCanonical?(): Promise<void> | undefined;
  /** Which item of which request it is for, where the request is for several. */
  readonly item?: RequestItem | undefined;
  /** Calls the provider. The signal is the flight's, not the caller's. */
  invoke(signal: AbortSignal): Promise<Response>;
  /** Calls the provider with the caller's own request, as if there were no cache. @default invoke */
  readonly invokeUncached?: (() => Promise<Response>) | undefined;
}

/** A call that does not bypass the cache. */
export interface KeyedCall<Response> extends Call<Response> {
  readonly identity: CallIdentity;
}

/** A call and the address of its entry. */
export interface KeyedRequest<Response = unknown> {
  readonly call: KeyedCall<Response>;
  readonly address: Address;
  /** A call behind a stale answer. No caller waits for it, so it is no miss and has no event of its own. */
  readonly isRevalidation?: boolean | undefined;
  /** It joined a call that failed for its leader's own reason. */
  readonly isSecondTry?: boolean | undefined;
}

/** What is known of an answer that the provider just gave. */
export interface ProviderResult {
  /** When the answer arrived, or when its stream began. */
  readonly at: number;
  /** Milliseconds that the provider took so far. */
  readonly took: number;
  readonly usage: Usage | undefined;
  readonly servedModel: string | undefined;
  /** The ttl that the user gives this answer. Undefined where that of the call counts. */
  readonly ttl: number | undefined;
  /** Is the answer complete, and does no rule of admission reject it? */
  isUsable(): boolean;
}

/** What a flight gives to every caller that joined it. */
export interface FlightResult {
  readonly outcome: Exclude<Outcome, 'bypass'>;
  /** The header of the entry that was served. Undefined if the provider answered. */
  readonly header?: EntryHeader | undefined;
  /** Undefined if an entry was served. */
  readonly provided?: ProviderResult | undefined;
  /** The provider refused the leader's request, and may answer that of another caller. @default false */
  readonly isRefusal?: boolean | undefined;
  /**
   * Who would have paid for a call without the cache, and does not. These are those that joined, because a call for the leader is
   * made all the same, or nobody, because the provider is out. @default the leader, too
   */
  readonly savesFor?: 'followers' | 'nobody' | undefined;
  /** Undefined if the response can be given to the leader only. */
  readonly shared?: SharedResponse | undefined;
  /** The leader's own copy. */
  readonly leaderResponse?: { readonly response: unknown } | undefined;
  /** Is the answer in the store? Not yet, if it is a stream that is still running, or if the store is slow. */
  stored(): Promise<boolean>;
}

/** What all requests of one cache share. */
export interface PipelineContext {
  readonly entries: EntryStore;
  readonly events: CacheEventEmitter;
  readonly now: () => number;
  /** The instant of a call that begins now, later than that of every call before it. */
  readonly calledNow: () => number;
  readonly inspection: Pick<Inspection, 'entries' | 'whyAbsent'>;
  /** Loads the leases. Undefined if each process leads its own flights. Resolves to undefined if the import fails. */
  readonly leases: (() => Promise<FlightLeases | undefined>) | undefined;
  /** Milliseconds that a caller waits for the store. */
  readonly storeTimeout: number;
  readonly backOff: ProviderBackOff;
  readonly flights: Flights<FlightResult>;
  /** Starts the flight of a request, whose leader looks the entry up. */
  startFlight(request: KeyedRequest): Flight<FlightResult>;
}

/** The call with the address of its entry, or why the call bypasses the cache. */
export function requestOf<Response>(
  entries: EntryStore,
  call: Call<Response>,
): KeyedRequest<Response> | Bypass {
  const address = call.address ?? addressOf(entries, call.identity, call.policy);
  if (isBypass(address)) return address;
  if (typeof call.bypass === 'string')
    return { bypass: call.bypass, provider: call.identity.provider };
  return { call: call as KeyedCall<Response>, address }; // an identity that is a bypass has no address
}

/** What the user's async `when` says. One that takes too long is `unreadable`. The caller's abort ends the wait. */
export function wantedBypass({ bypass, signal }: Call<unknown>): Promise<WhenBypass> {
  const decided = decisionOf(Promise.resolve(bypass)).catch(() => 'unreadable' as const);
  return abortable(decided, signal, () => {});
}

/** What every event about a request says of it. */
export function eventOf({ address, call }: KeyedRequest): CallEvent {
  const { provider, model } = call.identity;
  return { key: address.key, provider, model, endpoint: call.endpoint, item: call.item };
}

/**
 * Requests in different modes, for an answer of another age, or in different forms, share no flight. No key has a space. The usual
 * id is the key itself, because a flight asks for it several times, and to make another text takes as long as all else.
 */
export function flightIdOf({ call: { policy, identity }, address: { key } }: KeyedRequest): string {
  const { mode, maxAge } = policy;
  const isUsual = mode === 'read-write' && identity.form === undefined && !Number.isFinite(maxAge);
  return isUsual ? key : `${key} ${mode} ${maxAge} ${identity.form ?? ''}`;
}
