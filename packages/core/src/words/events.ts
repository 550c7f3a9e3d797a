/** Why a request went past the cache. */
export type BypassReason =
  | 'not-canonical'
  | 'unreadable'
  | 'when'
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

interface AgedEvent extends CallEvent {
  /** Milliseconds since the answer was stored. */
  readonly age: number;
}

export type StoreOperation = 'get' | 'set' | 'delete' | 'scan' | 'connection';

export interface CacheEvents {
  /** Answered from the store. */
  hit: AgedEvent;
  /** Answered from the store past its ttl: while it is revalidated, or in place of a provider that fails. */
  stale: AgedEvent & { readonly isFallback: boolean };
  /** Nothing to answer from: the provider is called. */
  miss: CallEvent;
  /** Joined a call that was under way. */
  collapsed: CallEvent;
  /** Went past the cache. `field` names the field that has no canonical form. */
  bypass: {
    readonly reason: BypassReason;
    readonly provider: string;
    readonly field?: string | undefined;
  };
  stored: CallEvent & { readonly bytes: number };
  /** The answer was given and not kept. */
  'not-admitted': CallEvent & { readonly reason: string };
  'store-error': {
    readonly operation: StoreOperation;
    readonly reason: string;
  };
  /** The store failed repeatedly: for a while it is not asked. */
  'breaker-open': { readonly failures: number };
  'breaker-closed': Record<never, never>;
}

export type EventName = keyof CacheEvents;
export type Listener<Name extends EventName> = (event: CacheEvents[Name]) => void;
