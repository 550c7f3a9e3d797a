import { type Entry, freshness } from '../entry/entry.ts';
import { entryText, readEntryText } from '../entry/entry-text.ts';
import type { EntryStore } from '../entry-store/entry-store.ts';
import { tagsOf } from '../invalidation/tags.ts';

/** What became of it; the last says what it is instead of an entry. */
export type Restored = 'restored' | 'expired' | 'too-large' | 'store-error' | 'no-entry';

export interface Restoring {
  readonly entries: EntryStore;
  readonly now: () => number;
}

/** What is given comes from a file: it is looked at as closely as a row is. */
function checked(given: Entry): Entry | undefined {
  const entry = readEntryText(entryText(given));
  if (entry?.header.generations === undefined) return entry;
  // They were those of the markers where it came from.
  const { generations: _, ...header } = entry.header;
  return { header, payload: entry.payload };
}

/** Stores an entry under the key that this cache has for its request, as it is, and not for longer than it was to be. */
export async function restoreEntry({ entries, now }: Restoring, given: Entry): Promise<Restored> {
  const entry = checked(given);
  if (entry === undefined) return 'no-entry';
  const { header } = entry;
  const writtenAt = now();
  if (freshness(header, writtenAt) === 'expired') return 'expired';
  const tags = tagsOf(header);
  const markers = await entries.markers.read(tags);
  if (markers === undefined) return 'store-error';
  const { fingerprint, scope } = header;
  const address = { fingerprint, scope, key: entries.keyOf(header), tags, writtenAt };
  const written = await entries.write(address, entry, markers);
  return typeof written === 'number' ? 'restored' : written;
}
