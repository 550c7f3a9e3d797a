import type { EntryHeader, Usage } from '../entry/entry.ts';
import type { Captured } from './call.ts';
import type { Outcome } from './call-info.ts';

/** What is known of an answer when the provider has given it. */
export interface LiveArrival {
  readonly at: number;
  readonly took: number;
  readonly usage: Usage | undefined;
  /** Whole, and on its way into the store: who asks now is answered from here as from there. */
  isKept(): boolean;
}

/** What a flight brings home for everyone on it. */
export interface Landed {
  readonly outcome: Exclude<Outcome, 'bypass'>;
  /** Of the entry that answered; nothing on a live answer. */
  readonly header?: EntryHeader | undefined;
  /** Of a live answer. */
  readonly arrival?: LiveArrival | undefined;
  /** Nothing where the answer can be given to the leader only. */
  readonly captured?: Captured | undefined;
  /** The leader's own copy. */
  readonly own?: { readonly response: unknown } | undefined;
  readonly stored: Promise<boolean>;
}
