import type { LlmCache } from '@cached-llm/core';
import type { EntryFilter, StoredEntry } from '@cached-llm/core/store';
import { bytes, duration, type OptionValues, oneOf, text } from '../command-line/index.ts';
import { Failure, UsageFailure } from '../terminal/index.ts';

const STATES = ['fresh', 'stale', 'fallback', 'expired', 'invalidated'] as const;

/** The options that say which entries a command is about. */
export const entryOptions = {
  provider: text('<name>', 'only entries of this provider'),
  model: text('<name>', 'only entries of this model'),
  tag: text('<tag>', 'only entries with this tag'),
  scope: text('<scope>', "only entries of this scope; '' is the scope shared by all"),
  state: oneOf('<state>', STATES, 'only entries in this state'),
  olderThan: duration('only entries stored longer ago: 30m, 12h, 7d'),
  youngerThan: duration('only entries stored more recently'),
  largerThan: bytes('only entries of this size or more: 500kb, 2mb'),
} as const;

export function entryFilter(options: OptionValues<typeof entryOptions>): EntryFilter {
  const { state, ...filter } = options;
  return state === undefined ? filter : { ...filter, states: [state] };
}

/** Ten characters of a fingerprint are 60 bits: enough to tell one key from all others. */
export const ID_LENGTH = 10;
const SHORTEST_ID = 4;

// The command line takes a leading dash for an option.
const withoutDashes = (text: string) => text.replace(/^-+/, '');

function fingerprintIn(key: string): string {
  return withoutDashes(key.slice(key.lastIndexOf(':') + 1));
}

/** The short form of a key. Every command that takes a key takes this form too. */
export function entryId(key: string): string {
  return fingerprintIn(key).slice(0, ID_LENGTH);
}

function matchesKey(given: string, key: string): boolean {
  if (given.includes(':')) return given === key;
  return fingerprintIn(key).startsWith(withoutDashes(given));
}

/** Stops at the second match: two are already too many. */
async function search(cache: LlmCache, given: string): Promise<readonly StoredEntry[]> {
  const found: StoredEntry[] = [];
  for await (const entry of cache.inspection.entries()) {
    if (matchesKey(given, entry.key)) found.push(entry);
    if (found.length > 1) return found;
  }
  return found;
}

/**
 * Finds an entry by its key, or by the first characters of its fingerprint, as `list` shows them.
 *
 * @throws {Failure} where there is no such entry, or more than one
 */
export async function findEntry(cache: LlmCache, given: string): Promise<StoredEntry> {
  const isKey = given.includes(':');
  if (!isKey && given.length < SHORTEST_ID) {
    throw new UsageFailure(
      `The key ${given} is too short. Write its ${ID_LENGTH} characters, as list shows them.`,
    );
  }
  const known = isKey ? await cache.inspection.entry(given) : undefined;
  const [entry, other] = known === undefined ? await search(cache, given) : [known];
  if (entry === undefined) throw new Failure(`There is no entry ${given}.`);
  if (other !== undefined) throw new Failure(`More than one entry starts with ${given}.`);
  return entry;
}
