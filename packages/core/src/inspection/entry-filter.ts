import type { EntryHeader } from '../entry/entry.ts';
import type { StoredEntry } from './inspection.ts';

/** Which entries: those of which all that is said here is true. */
export interface EntryFilter {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  /** One of the user's own tags. */
  readonly tag?: string | undefined;
  readonly scope?: string | undefined;
  /** Milliseconds since it was stored, at least. */
  readonly olderThan?: number | undefined;
  /** Milliseconds since it was stored, at most. */
  readonly youngerThan?: number | undefined;
  /** Bytes, at least. */
  readonly largerThan?: number | undefined;
  /** One of these. */
  readonly states?: readonly StoredEntry['state'][] | undefined;
}

function hasText(filter: EntryFilter, header: EntryHeader): boolean {
  const { provider = header.provider, model = header.model, scope = header.scope } = filter;
  const hasTag = filter.tag === undefined || header.tags?.includes(filter.tag) === true;
  return hasTag && provider === header.provider && model === header.model && scope === header.scope;
}

export function passes(filter: EntryFilter, entry: StoredEntry, now: number): boolean {
  const { olderThan = Number.NEGATIVE_INFINITY, youngerThan = Number.POSITIVE_INFINITY } = filter;
  const { largerThan = 0, states } = filter;
  const age = now - entry.header.storedAt;
  const isInTime = age >= olderThan && age <= youngerThan;
  const isInState = states === undefined || states.includes(entry.state);
  return isInTime && isInState && entry.bytes >= largerThan && hasText(filter, entry.header);
}
