import { belongsTo, type Entry, Payload } from '../entry/index.ts';
import {
  applyTagStates,
  NO_TAG_STATES,
  type TagGenerations,
  type TagStates,
  tagsOfEntry,
} from '../invalidation/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import type { Address } from './address.ts';
import type { KeyRing, Keys } from './key-ring.ts';
import { type LoadedEntry, RecentEntries } from './recent-entries.ts';

/** What a look-up found. */
export interface FoundEntry {
  readonly entry?: LoadedEntry | undefined;
  /** The states of the tags at the look-up. With them, the answer of a call that began before an invalidation is invalid. */
  readonly tagStates: TagStates;
}

const NOTHING: FoundEntry = { tagStates: NO_TAG_STATES };

/** Reads entries together with the states of their tags: in one round trip, or in two if an entry has tags that its call lacks. */
export class EntryReader {
  readonly #rows: RowStore;
  readonly #keyRing: KeyRing;
  readonly #tags: TagGenerations;
  readonly #recent = new RecentEntries();

  constructor(rows: RowStore, keyRing: KeyRing, tags: TagGenerations) {
    this.#rows = rows;
    this.#keyRing = keyRing;
    this.#tags = tags;
  }

  /** Reads synchronously, unless the store or the row needs time. */
  read(address: Address): FoundEntry | Promise<FoundEntry> {
    const keys = this.#keysFor(address);
    const texts = this.#rows.readNow(keys);
    if (texts !== undefined) return this.#find(texts, keys, address);
    return this.#rows.read(keys).then((late) => {
      return late === undefined ? NOTHING : this.#find(late, keys, address);
    });
  }

  /** The key of the entry, its keys under older secrets, and the keys of its tags' rows. */
  #keysFor({ key, tagRows }: Address): Keys {
    const keys: Keys = [key];
    for (const older of this.#keyRing.olderKeys(key)) keys.push(older);
    for (const row of tagRows) keys.push(row.key);
    return keys;
  }

  #find(texts: RowTexts, keys: Keys, address: Address): FoundEntry | Promise<FoundEntry> {
    const entry = this.#load(keys, texts);
    if (!(entry instanceof Promise)) return this.#check(entry, address, texts);
    return entry.then((late) => this.#check(late, address, texts));
  }

  #load(keys: Keys, texts: RowTexts): LoadedEntry | undefined | Promise<LoadedEntry | undefined> {
    const recent = this.#recent.get(keys[0], texts[0]);
    if (recent !== undefined) return recent;
    const entry = this.#keyRing.findEntry(keys, texts);
    if (entry instanceof Promise) return entry.then((late) => late && this.#loaded(late));
    if (entry === undefined) return undefined;
    const loaded = this.#loaded(entry);
    this.#recent.add(keys[0], texts[0], loaded);
    return loaded;
  }

  #loaded({ header, payload }: Entry): LoadedEntry {
    const tags = tagsOfEntry(header);
    const generationNames = this.#tags.generationNames(tags);
    return { header, payload: new Payload(payload), tags, generationNames };
  }

  /** Refuses an entry of another request. Tags that only the entry has are read in a second round trip. */
  #check(
    entry: LoadedEntry | undefined,
    address: Address,
    texts: RowTexts,
  ): FoundEntry | Promise<FoundEntry> {
    const tagStates = this.#tags.statesIn(address.tagRows, texts);
    if (entry === undefined || !belongsTo(entry, address)) return { tagStates };
    const isShared = entry.tags.every((tag) => address.tags.includes(tag));
    if (isShared) return withTagStates(entry, tagStates);
    const others = entry.tags.filter((tag) => !address.tags.includes(tag));
    return this.#tags.read(others).then((states) => {
      if (states === undefined) return { tagStates };
      return withTagStates(entry, new Map([...tagStates, ...states]));
    });
  }
}

/** Applies the states of the tags. An entry that is invalid by now counts as not found. */
function withTagStates(entry: LoadedEntry, tagStates: TagStates): FoundEntry {
  const header = applyTagStates(entry.header, tagStates, entry.generationNames);
  if (header === undefined) return { tagStates };
  return { tagStates, entry: header === entry.header ? entry : { ...entry, header } };
}
