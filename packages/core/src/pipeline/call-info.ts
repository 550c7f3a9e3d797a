import type { Usage } from '../entry/entry.ts';

export type Outcome = 'hit' | 'stale' | 'miss' | 'bypass';

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
