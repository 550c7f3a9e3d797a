// What the server answers, by its own types. A field that is undefined there is absent in JSON.
import type { LedgerRow } from '@cached-llm/core';
import type { LedgerFigures, NearestEntry, StoreFigures } from '@cached-llm/core/store';
import type { State } from '../src/entries/index.ts';

export type { CountedCalls, EntryDetails, KnownMiss, LiveAnswer } from '../src/api/index.ts';
export type { EntryPage, EntryRow } from '../src/entries/index.ts';

/** What `stats --json` prints. */
export interface Stats extends LedgerFigures {
  readonly store: Omit<StoreFigures, 'measuredAt'> & { readonly measuredAt?: string | undefined };
  readonly byModel: readonly LedgerRow[];
  readonly byProvider: readonly LedgerRow[];
  readonly byDay: readonly LedgerRow[];
  /** Are the entries counted for the first time? */
  readonly isCounting: boolean;
}

/** What `health --json` prints. */
export interface HealthCheck {
  readonly checks: readonly {
    readonly name: string;
    readonly healthy: boolean;
    readonly found: string;
  }[];
}

/** What `doctor --json` prints. */
export interface Diagnosis {
  readonly healthy: boolean;
  readonly findings: readonly {
    readonly healthy: boolean;
    readonly name: string;
    readonly found: string;
    readonly remedy?: string;
  }[];
}

export const STATES: readonly State[] = ['fresh', 'stale', 'fallback', 'expired', 'invalidated'];

/** What `explain --json` prints. */
export interface Explanation {
  readonly key: string;
  readonly state: State | 'absent';
  readonly identity: unknown;
  readonly fields: readonly string[];
  readonly nearest?: NearestEntry;
  readonly searched?: { readonly entries: number; readonly ofProvider: number };
}

/** What `diff --json` prints. */
export interface Difference {
  readonly facts: readonly string[];
  readonly request?: readonly string[];
  readonly answer: readonly string[];
}

/** What the page is over. */
export interface About {
  readonly store: string;
  readonly namespace: string;
  readonly isReadOnly: boolean;
}
