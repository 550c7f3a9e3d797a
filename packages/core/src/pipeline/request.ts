import type { Usage } from '../entry/index.ts';
import type { Address } from '../entry-store/index.ts';
import type { Bypass, CallEvent, Outcome } from '../events/index.ts';
import type { CallIdentity } from '../key/index.ts';
import type { Policy } from '../options/index.ts';
import type { ResponseCodec } from '../response/index.ts';
import type { Look } from './look-up.ts';

/** What became of a request. */
export interface CallInfo {
  readonly outcome: Outcome;
  /** This request joined another's. */
  readonly collapsed: boolean;
  /** The answer was written to the store, as far as is known when it is given. */
  readonly stored: boolean;
  /** Nothing for a request that cannot be keyed. */
  readonly key?: string | undefined;
  /** Milliseconds since the answer was stored; 0 for a live one. */
  readonly age: number;
  /** Milliseconds for which it is still fresh. */
  readonly ttl: number;
  /** What the store saved: nothing on a live answer. */
  readonly saved?:
    | {
        readonly usage?: Usage | undefined;
        readonly milliseconds?: number | undefined;
      }
    | undefined;
}

/** One request on its way through the pipeline. */
export interface Call<Response> {
  readonly identity: CallIdentity;
  readonly policy: Policy;
  /** The caller's own. */
  readonly signal?: AbortSignal | undefined;
  readonly codec: ResponseCodec<Response>;
  /** One of many items that are asked for together: it waits for no other process. */
  readonly isPart?: boolean | undefined;
  /** Calls the provider. The signal is the flight's, not the caller's. */
  invoke(signal: AbortSignal): Promise<Response>;
  /** Calls the provider as if there were no cache, with the caller's own request. @default invoke */
  readonly pass?: (() => Promise<Response>) | undefined;
}

/** What a door hands over: a call, unless its request must go past the cache. */
export interface Asking<Response> extends Omit<Call<Response>, 'identity'> {
  readonly identity: CallIdentity | Bypass;
}

/** A call, and where its entry is. */
export interface Request {
  readonly call: Call<unknown>;
  readonly address: Address;
  /** What was found at once, before its flight began. */
  readonly look?: Look | undefined;
  /** A revalidation behind an answer: no request of anybody's, and no miss. */
  readonly isBehind?: boolean | undefined;
}

/** What every event about a request says of it. */
export function eventOf({ address, call }: Request): CallEvent {
  const { provider, model } = call.identity;
  return { key: address.key, provider, model };
}
