import type { LlmCache } from '@cached-llm/core';
import type { LiveFeed, StoredEntry } from '@cached-llm/core/store';
import type { EntryIndex } from '../entries/index.ts';
import type { StoreCount } from './stats.ts';
import type { RunVerb } from './verbs.ts';

/** What the answers of the API come from. */
export interface ApiContext {
  readonly run: RunVerb;
  /** The line of an export that holds an entry. */
  readonly lineOf: (entry: StoredEntry) => string;
  readonly cache: LlmCache;
  readonly index: EntryIndex;
  /** The calls of all processes that have `live`. */
  readonly feed: LiveFeed;
  readonly count: StoreCount;
  /** Does the page only show? */
  readonly isReadOnly: boolean;
  /** The store without a password, and the namespace. */
  readonly place: { readonly store: string; readonly namespace: string };
}
