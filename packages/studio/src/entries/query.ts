import type { StoredEntry } from '@cached-llm/core/store';

/** What the index has of an entry. */
export interface IndexedEntry {
  readonly key: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly servedModel: string | undefined;
  readonly scope: string;
  readonly tags: readonly string[];
  readonly kind: 'response' | 'stream';
  readonly bytes: number;
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly staleUntil: number;
  readonly fallbackUntil: number;
  readonly isInvalidated: boolean;
}

export type State = StoredEntry['state'];

/** An entry as the table shows it. Its scope, which may name a person, stays here. */
export interface EntryRow extends Omit<IndexedEntry, 'scope' | 'isInvalidated'> {
  readonly isScoped: boolean;
  readonly state: State;
}

/** How many entries there are, and how old that is. */
export interface IndexStatus {
  readonly total: number;
  /** Entries that the scan which runs has read so far. */
  readonly scanned: number;
  /** Has the first scan ended? */
  readonly isComplete: boolean;
  readonly isScanning: boolean;
  /** Milliseconds since 1970. */
  readonly scannedAt: number | undefined;
  /** Why the last scan failed. */
  readonly error: string | undefined;
}

/** One part of the table, and what is known of the whole. */
export interface EntryPage extends IndexStatus {
  readonly matching: number;
  /** The size of all that match. */
  readonly bytes: number;
  readonly rows: readonly EntryRow[];
}

/** Which entries a table shows, and in which order. */
export interface EntryQuery {
  /** A part of the key, the provider, the model or a tag, in any case. */
  readonly text?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly tag?: string | undefined;
  readonly scope?: string | undefined;
  readonly state?: State | undefined;
  /** Milliseconds. */
  readonly olderThan?: number | undefined;
  readonly youngerThan?: number | undefined;
  readonly largerThan?: number | undefined;
}

/** The state that a look-up would find now. */
export function stateOf(entry: IndexedEntry, now: number): State {
  if (entry.isInvalidated) return 'invalidated';
  if (now < entry.freshUntil) return 'fresh';
  if (now < entry.staleUntil) return 'stale';
  return now < entry.fallbackUntil ? 'fallback' : 'expired';
}

function hasText({ key, provider, model = '', tags }: IndexedEntry, text: string): boolean {
  return [key, provider, model, ...tags].some((each) => each.toLowerCase().includes(text));
}

/** A test of one entry against a query, prepared once for all entries. */
export function matcherOf(query: EntryQuery, now: number): (entry: IndexedEntry) => boolean {
  const { olderThan = Number.NEGATIVE_INFINITY, youngerThan = Number.POSITIVE_INFINITY } = query;
  const { provider, model, tag, scope, state, largerThan = 0 } = query;
  const text = query.text?.toLowerCase() ?? '';
  return (entry) =>
    (provider === undefined || entry.provider === provider) &&
    (model === undefined || entry.model === model) &&
    (scope === undefined || entry.scope === scope) &&
    (tag === undefined || entry.tags.includes(tag)) &&
    entry.bytes >= largerThan &&
    now - entry.storedAt >= olderThan &&
    now - entry.storedAt <= youngerThan &&
    (state === undefined || stateOf(entry, now) === state) &&
    (text === '' || hasText(entry, text));
}

/** What a column is sorted by. */
export const SORTS = {
  key: (entry: IndexedEntry) => entry.key,
  provider: (entry: IndexedEntry) => entry.provider,
  model: (entry: IndexedEntry) => entry.model ?? '',
  stored: (entry: IndexedEntry) => entry.storedAt,
  left: (entry: IndexedEntry) => entry.freshUntil,
  size: (entry: IndexedEntry) => entry.bytes,
} as const;

export type Sort = keyof typeof SORTS;
