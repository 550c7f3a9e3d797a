import type { EntryFilter, LlmCache, StoredEntry } from '@cached-llm/core';
import type { Session } from '../command-line/session.ts';
import { Failure } from '../terminal/exit.ts';
import { inParallel } from '../terminal/in-parallel.ts';
import { watched } from '../terminal/watched.ts';

export interface Removed {
  readonly entries: number;
  readonly bytes: number;
}

export interface Removal {
  readonly filter: EntryFilter;
  /** Only says what would go. */
  readonly isRehearsal?: boolean;
}

const AT_ONCE = 32;

async function remove(cache: LlmCache, { key }: StoredEntry): Promise<void> {
  if (!(await cache.inspection.remove(key)))
    throw new Failure('The store does not remove what it is told to.');
}

/** Removes the entries that the filter lets through, one by one, while others read and write. */
export async function removeEntries(
  session: Session,
  cache: LlmCache,
  { filter, isRehearsal = false }: Removal,
): Promise<Removed> {
  let [entries, bytes] = [0, 0];
  const found = watched(session, { label: 'removed' }, cache.inspection.entries(filter));
  await inParallel(found, AT_ONCE, async (entry) => {
    if (!isRehearsal) await remove(cache, entry);
    entries += 1;
    bytes += entry.bytes;
  });
  return { entries, bytes };
}
