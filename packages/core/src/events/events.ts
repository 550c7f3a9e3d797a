import type { Usage } from '../entry/index.ts';

/** What became of a request. */
export type Outcome = 'hit' | 'stale' | 'miss' | 'bypass';

/** Why a request bypasses the cache. */
export type BypassReason =
  | 'not-canonical'
  | 'unreadable'
  | 'when'
  | 'no-key'
  | 'no-scope'
  | 'stateful'
  | 'not-shareable'
  | 'nested'
  | 'endpoint'
  /** The caller does not say which model and settings answer. */
  | 'unidentified'
  /** The request says so: `cache: 'no-store'` of `fetch`, or the header `cache-control: no-store`. */
  | 'no-store';

/** Which request an event is about. The key is a digest: no event carries a prompt, an answer or a secret. */
export interface CallEvent {
  readonly key: string;
  readonly provider: string;
  readonly model?: string | undefined;
}

/** An event of an answer, with what the provider's call cost. A hit saved this cost; any other call spent it. */
interface CostEvent extends CallEvent {
  /** Tokens and price, where the response states them. */
  readonly usage?: Usage | undefined;
  /** Milliseconds that the provider took, up to the end of a stream. */
  readonly took?: number | undefined;
}

/** What a call cost: the fields of an event that are counted when a call ends. */
export type CallCost = Pick<CostEvent, 'provider' | 'model' | 'usage' | 'took'>;

interface ServedEvent extends CostEvent {
  /** Milliseconds since the answer was stored. */
  readonly age: number;
  /** Milliseconds that the look-up took, including decoding. */
  readonly waited: number;
}

/** The operation of a store that failed. */
export type StoreOperation = 'get' | 'set' | 'delete' | 'scan' | 'lease' | 'connection';

/** Every event of a cache, by its name. None carries a prompt, an answer or a secret. */
export interface CacheEvents {
  /** The request was answered from the store. */
  hit: ServedEvent;
  /**
   * The request was answered from the store although the entry is older than its ttl: within `staleWhileRevalidate`,
   * or (`isFallback`) within `staleIfError` because the provider failed or took too long.
   */
  stale: ServedEvent & { readonly isFallback: boolean };
  /**
   * No stored answer may be served: there is none, or the mode `refresh` wants a new one. The provider is called, except
   * in the mode `replay` and by `cache.get`.
   */
  miss: CallEvent;
  /**
   * In `replay` mode, which never calls a provider, the request has no recorded answer. `nearest` is the key of the
   * most similar recorded request, and `differing` lists the fields that differ. `reason` says why the request
   * could not be recorded at all.
   */
  'replay-miss': Partial<CallEvent> & {
    readonly provider: string;
    readonly nearest?: string | undefined;
    readonly differing?: readonly string[] | undefined;
    readonly reason?: BypassReason | undefined;
  };
  /**
   * The last misses of a model differ from each other in one field only, which looks like an id or a time, so that no such
   * request can be a hit. `field` is its path as `ignore` takes it. Each field gets one event.
   */
  'volatile-field': {
    readonly provider: string;
    readonly model?: string | undefined;
    readonly field: string;
    readonly remedy: string;
  };
  /** The request joined a call that was under way. While its stream runs, the usage is not known. */
  collapsed: CostEvent;
  /**
   * The request bypassed the cache. `field` names the field that has no canonical form, and `remedy` says what to write
   * so that such requests are cached.
   */
  bypass: {
    readonly reason: BypassReason;
    readonly provider: string;
    readonly field?: string | undefined;
    readonly remedy?: string | undefined;
  };
  /** The answer was stored. `bytes` are the characters of its row, most of which are one byte each. */
  stored: CostEvent & { readonly bytes: number };
  /** The caller got the answer, and it was not stored. */
  'not-admitted': CostEvent & { readonly reason: string };
  /** An operation of the store failed. The cache goes on as if the row were absent. */
  'store-error': {
    readonly operation: StoreOperation;
    readonly reason: string;
    /** Only a person can correct it, such as a wrong password or an unknown database. It gets one event. */
    readonly isPermanent: boolean;
  };
  /** The store failed repeatedly, and is not asked for a while. */
  'breaker-open': { readonly failures: number };
  /** The store answers again. */
  'breaker-closed': Record<never, never>;
}

/** The name of an event, as `cache.on` takes it. */
export type EventName = keyof CacheEvents;

/** Gets each event of one name. What it throws becomes a process warning, and no call fails. */
export type Listener<Name extends EventName> = (event: CacheEvents[Name]) => void;

/** A request that bypasses the cache, and why. */
export interface Bypass {
  readonly bypass: BypassReason;
  readonly provider: string;
  readonly field?: string | undefined;
  readonly remedy?: string | undefined;
}
