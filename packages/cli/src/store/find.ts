import type { LlmCache, StoredEntry } from '@cached-llm/core';
import { Failure, UsageFailure } from '../terminal/exit.ts';
import { ID_LENGTH, isMeantBy } from './entry-id.ts';

const SHORTEST = 4;

async function searched(cache: LlmCache, id: string): Promise<readonly StoredEntry[]> {
  const found: StoredEntry[] = [];
  for await (const entry of cache.inspection.entries()) {
    if (isMeantBy(id, entry.key)) found.push(entry);
    if (found.length > 1) return found;
  }
  return found;
}

/**
 * The entry that a key names, or the start of its fingerprint, as `list` shows it.
 *
 * @throws {Failure} where there is none, or more than one
 */
export async function foundEntry(cache: LlmCache, word: string): Promise<StoredEntry> {
  if (!word.includes(':') && word.length < SHORTEST) {
    throw new UsageFailure(
      `${word} is too short. Write ${ID_LENGTH} characters, as list shows them.`,
    );
  }
  const known = word.includes(':') ? await cache.inspection.entry(word) : undefined;
  const [entry, other] = known === undefined ? await searched(cache, word) : [known];
  if (entry === undefined) throw new Failure(`There is no entry ${word}.`);
  if (other !== undefined) throw new Failure(`More than one entry starts with ${word}.`);
  return entry;
}
