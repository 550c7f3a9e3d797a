import type { StoredEntry } from '@cached-llm/core';

/** The same answer, whoever asks: what of an entry is no secret. */
export interface EntryFacts {
  readonly key: string;
  readonly provider: string;
  readonly model: string | undefined;
  readonly state: StoredEntry['state'];
  readonly kind: StoredEntry['header']['kind'];
  readonly storedAt: string;
  /** Nothing where it is for ever. */
  readonly freshUntil: string | undefined;
  readonly bytes: number;
  readonly tags: readonly string[];
  readonly usage: StoredEntry['header']['usage'];
  readonly took: number | undefined;
}

const LAST_DATE = 8.64e15;

/** An instant as text; nothing for one that never comes. */
export function instantText(instant: number): string | undefined {
  return instant > LAST_DATE ? undefined : new Date(instant).toISOString();
}

/** Field by field: a copy by spreading takes half as much memory again, over a million entries. */
export function entryFacts({ key, state, bytes, header }: StoredEntry): EntryFacts {
  const { provider, model, kind, storedAt, freshUntil, tags = [], usage, took } = header;
  return {
    key,
    provider,
    model,
    state,
    kind,
    bytes,
    tags,
    usage,
    took,
    storedAt: new Date(storedAt).toISOString(),
    freshUntil: instantText(freshUntil),
  };
}
