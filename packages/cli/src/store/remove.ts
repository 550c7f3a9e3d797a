import type { LlmCache } from '@cached-llm/core';
import type { EntryFilter } from '@cached-llm/core/store';
import type { Session } from '../command-line/index.ts';
import { Failure, inParallel, withProgress } from '../terminal/index.ts';

export interface Removed {
  readonly entries: number;
  readonly bytes: number;
}

interface Removal {
  readonly filter: EntryFilter;
  /** Only counts what would be removed. @default false */
  readonly dryRun?: boolean;
}

const REMOVALS_AT_ONCE = 32;

/** Removes the entries that match the filter one by one, while other processes read and write. */
export async function removeEntries(
  { host }: Session,
  cache: LlmCache,
  { filter, dryRun = false }: Removal,
): Promise<Removed> {
  let [entries, bytes] = [0, 0];
  const found = withProgress(host, { label: 'removed' }, cache.inspection.entries(filter));
  await inParallel(found, REMOVALS_AT_ONCE, async (entry) => {
    if (!dryRun && !(await cache.inspection.remove(entry.key))) {
      throw new Failure(`The store did not remove ${entry.key}.`);
    }
    entries += 1;
    bytes += entry.bytes;
  });
  return { entries, bytes };
}
