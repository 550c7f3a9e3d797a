import type { Money } from './format.ts';

interface Tokens {
  readonly input: number;
  readonly output: number;
}

interface Timing {
  readonly count: number;
  readonly mean?: number;
  readonly p50?: number;
  readonly p95?: number;
}

/** What `stats --json` says of all calls, of a model or of a day. */
export interface Figures {
  readonly requests: number;
  readonly hitRate: number;
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  readonly collapsed: number;
  readonly bypasses: number;
  readonly stored: number;
  readonly notAdmitted: number;
  readonly storeErrors: number;
  readonly evictions: number;
  readonly bypassesByReason: Readonly<Record<string, number>>;
  readonly notAdmittedByReason: Readonly<Record<string, number>>;
  readonly time: { readonly cached: Timing; readonly uncached: Timing; readonly saved: number };
  readonly tokens: { readonly saved: Tokens; readonly spent: Tokens };
  readonly cost: { readonly saved: Money; readonly spent: Money };
}

/** Figures of a model or of a day. */
export interface Row extends Figures {
  readonly provider?: string;
  readonly model?: string;
  readonly day?: string;
}

/** What `stats --json` prints. */
export interface Stats extends Figures {
  readonly processes: number;
  readonly since?: string;
  readonly store: {
    readonly entries?: number;
    readonly bytes?: number;
    readonly usedBytes?: number;
    readonly evictions?: number;
    readonly byProvider?: readonly { provider: string; entries: number; bytes: number }[];
  };
  readonly byModel: readonly Row[];
  readonly byDay: readonly Row[];
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

export const STATES = ['fresh', 'stale', 'fallback', 'expired', 'invalidated'] as const;
type State = (typeof STATES)[number];

/** An entry in the table. */
export interface EntryRow {
  readonly key: string;
  readonly provider: string;
  readonly model?: string;
  readonly servedModel?: string;
  readonly tags: readonly string[];
  readonly kind: 'response' | 'stream';
  readonly bytes: number;
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly isScoped: boolean;
  readonly state: State;
}

/** A part of the table. */
export interface EntryPage {
  readonly total: number;
  readonly scanned: number;
  readonly isComplete: boolean;
  readonly isScanning: boolean;
  readonly scannedAt?: number;
  readonly error?: string;
  readonly matching: number;
  readonly bytes: number;
  readonly rows: readonly EntryRow[];
}

/** One entry. */
export interface EntryDetails extends Omit<EntryRow, 'servedModel' | 'tags'> {
  readonly tags?: readonly string[];
  readonly served?: { readonly model?: string };
  readonly usage?: { readonly inputTokens?: number; readonly outputTokens?: number };
  readonly took?: number;
  readonly calledAt?: number;
  readonly fields?: readonly string[];
  readonly characters: number;
  readonly scope?: string;
  readonly payload?: string;
  readonly delays?: readonly number[];
}

/** What `explain --json` prints. */
export interface Explanation {
  readonly key: string;
  readonly state: State | 'absent';
  readonly identity: unknown;
  readonly fields: readonly string[];
  readonly nearest?: { readonly key: string; readonly differing?: readonly string[] };
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
