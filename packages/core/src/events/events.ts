import type { Usage } from '../entry/index.ts';

/** What became of a request. */
export type Outcome = 'hit' | 'stale' | 'miss' | 'bypass';

/** Why a request went past the cache. */
export type BypassReason =
  | 'not-canonical'
  | 'unreadable'
  | 'when'
  | 'no-scope'
  | 'stateful'
  | 'not-shareable'
  | 'nested'
  | 'endpoint';

/** Which request an event is about. The key is a digest: no event carries a prompt, an answer or a secret. */
export interface CallEvent {
  readonly key: string;
  readonly provider: string;
  readonly model?: string | undefined;
}

/** What the provider's call for an answer came to. On a hit that is what was saved; else it is spent. */
interface WorkEvent extends CallEvent {
  readonly usage?: Usage | undefined;
  /** Milliseconds that the provider took, to the end of a stream. */
  readonly took?: number | undefined;
}

interface AgedEvent extends WorkEvent {
  /** Milliseconds since the answer was stored. */
  readonly age: number;
  /** Milliseconds that the look-up took, with decoding. */
  readonly waited: number;
}

export type StoreOperation = 'get' | 'set' | 'delete' | 'scan' | 'lease' | 'connection';

export interface CacheEvents {
  /** Answered from the store. */
  hit: AgedEvent;
  /** Answered from the store past its ttl: while it is revalidated, or in place of a provider that fails. */
  stale: AgedEvent & { readonly isFallback: boolean };
  /** Nothing to answer from: the provider is called, except in `replay` mode. */
  miss: CallEvent;
  /**
   * In `replay` mode, where nothing is called: this request has no answer. `nearest` is the key of the recorded
   * request that is most like it, `differing` where they differ; `reason` why it could not be recorded at all.
   */
  'replay-miss': Partial<CallEvent> & {
    readonly provider: string;
    readonly nearest?: string | undefined;
    readonly differing?: readonly string[] | undefined;
    readonly reason?: BypassReason | undefined;
  };
  /** Joined a call that was under way. Of a stream that still runs, the usage is not known yet. */
  collapsed: WorkEvent;
  /** Went past the cache. `field` names the field that has no canonical form. */
  bypass: {
    readonly reason: BypassReason;
    readonly provider: string;
    readonly field?: string | undefined;
  };
  stored: WorkEvent & { readonly bytes: number };
  /** The answer was given and not kept. */
  'not-admitted': WorkEvent & { readonly reason: string };
  'store-error': {
    readonly operation: StoreOperation;
    readonly reason: string;
    /** Only a person can mend it: a wrong password, an unknown database. Told once. */
    readonly isPermanent: boolean;
  };
  /** The store failed repeatedly: for a while it is not asked. */
  'breaker-open': { readonly failures: number };
  'breaker-closed': Record<never, never>;
}

export type EventName = keyof CacheEvents;

export type Listener<Name extends EventName> = (event: CacheEvents[Name]) => void;

/** Why a request goes past the cache. */
export interface Bypass {
  readonly bypass: BypassReason;
  readonly provider: string;
  readonly field?: string | undefined;
}
