import { belongsTo, type Entry, type EntryHeader, Payload } from '../entry/index.ts';
import {
  haveChanged,
  NO_TAG_STATES,
  type TagGenerations,
  type TagStates,
  tagsOfEntry,
} from '../invalidation/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import type { Address, KeyRing, Keys } from './address.ts';

/** An entry as it was read from its row. */
interface LoadedEntry {
  readonly header: EntryHeader;
  readonly payload: Payload;
  /** All tags of the entry. Every hit compares them with the tags of its call. */
  readonly tags: readonly string[];
  /** The names of the tags' generations. */
  readonly generationNames: readonly string[];
  /** The tags of a call that were found to be those of the entry, so that most hits compare no tags. */
  sameTags?: readonly string[] | undefined;
}

interface Recent {
  readonly row: string;
  readonly entry: LoadedEntry;
}

/** Characters of all rows together. It bounds what is held of rows that the store has removed. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** For a longer row it gains nothing, because reading it is the least part of what a hit costs. */
const MAX_ROW_CHARACTERS = 256 * 1024;

/**
 * When full, one row of so many is admitted. Were every row admitted, a loop over more rows than there is room for
 * would always remove the row that comes next. This way most rows stay, and a row that comes often is soon admitted.
 */
const ADMIT_ONE_OF = 4;

/** Entries that were read recently. To compare a row with the row that was read costs less than to read it again. */
export class RecentEntries {
  readonly #entries = new Map<string, Recent>();
  #characters = 0;
  #refused = 0;

  /** The entry that was read from this very row under this key. */
  get(key: string, row: string | undefined): LoadedEntry | undefined {
    const recent = this.#entries.get(key);
    return recent?.row === row ? recent?.entry : undefined;
  }

  add(key: string, row: string | undefined, entry: LoadedEntry): void {
    this.#forget(key); // its row has changed
    if (row === undefined || row.length > MAX_ROW_CHARACTERS || !this.#admits(row)) return;
    this.#entries.set(key, { row, entry });
    this.#characters += row.length;
  }

  #admits(row: string): boolean {
    if (this.#characters + row.length <= MAX_CHARACTERS) return true;
    this.#refused += 1;
    if (this.#refused % ADMIT_ONE_OF !== 0) return false;
    for (const oldest of this.#entries.keys()) {
      if (this.#characters + row.length <= MAX_CHARACTERS) break;
      this.#forget(oldest);
    }
    return true;
  }

  #forget(key: string): void {
    const recent = this.#entries.get(key);
    if (recent === undefined) return;
    this.#entries.delete(key);
    this.#characters -= recent.row.length;
  }
}

/** What a look-up found. */
export interface FoundEntry {
  readonly entry?: LoadedEntry | undefined;
  /** The states at the look-up: the answer to a call that began before an invalidation is invalid. */
  readonly tagStates: TagStates;
  /** Tags of the call that the entry lacks. None of them was ever invalidated or expired. */
  readonly lackedTags?: readonly string[] | undefined;
  /** A valid entry that is not served to this call, because a tag that it lacks was invalidated or expired once. */
  readonly otherwiseTagged?: LoadedEntry | undefined;
  /** The store did not answer. */
  readonly isUnknown?: boolean | undefined;
}

const UNKNOWN: FoundEntry = { tagStates: NO_TAG_STATES, isUnknown: true };

const NO_TAGS: readonly string[] = [];

/** Reads entries together with the states of their keys and tags. */
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
    const { loading } = this.#tags;
    if (loading === undefined) return this.#read(address);
    return loading.then(() => (this.#tags.isLoaded ? this.#read(address) : UNKNOWN));
  }

  /** What is found without waiting. Undefined where the store or the row needs time: nothing has been asked of the store then. */
  readNow(address: Address): FoundEntry | undefined {
    if (this.#tags.loading !== undefined) return undefined;
    const keys = this.#keysFor(address);
    const texts = this.#rows.readNow(keys);
    const found = texts && this.#find(texts, keys, address);
    return found instanceof Promise ? undefined : found;
  }

  #read(address: Address): FoundEntry | Promise<FoundEntry> {
    const keys = this.#keysFor(address);
    const texts = this.#rows.readNow(keys);
    if (texts !== undefined) return this.#find(texts, keys, address);
    return this.#rows.read(keys).then((late) => {
      return late === undefined ? UNKNOWN : this.#find(late, keys, address);
    });
  }

  /** The key of the entry, its keys under older secrets, and the keys of the rows of its tags and of its keys. */
  #keysFor({ key, tagRows, keyRows }: Address): Keys {
    const keys: Keys = [key];
    for (const older of this.#keyRing.olderKeys(key)) keys.push(older);
    if (!this.#tags.isShared) return keys; // the states are in no row
    for (const row of tagRows) keys.push(row.key);
    for (const row of keyRows) keys.push(row.key);
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

  /** The states of the call's tags and of its keys. */
  #statesIn({ tagRows, keyRows, key }: Address, texts: RowTexts): TagStates {
    if (tagRows.length + keyRows.length === 0) return NO_TAG_STATES;
    const from = 1 + this.#keyRing.olderKeys(key).length;
    const tagStates = this.#tags.statesIn(tagRows, texts, from);
    if (keyRows.length === 0) return tagStates;
    const keyStates = this.#tags.statesIn(keyRows, texts, from + tagRows.length);
    return keyStates.size === 0 ? tagStates : new Map([...tagStates, ...keyStates]);
  }

  /** An entry of another request is not served. Tags that only the entry has are asked for in a second round trip. */
  #check(
    entry: LoadedEntry | undefined,
    address: Address,
    texts: RowTexts,
  ): FoundEntry | Promise<FoundEntry> {
    const tagStates = this.#statesIn(address, texts);
    if (entry === undefined || !belongsTo(entry, address)) return { tagStates };
    if (entry.sameTags === address.tags) return this.#judge(entry, address, { tagStates });
    const others = withoutAll(entry.tags, address.tags);
    const lacked = withoutAll(address.tags, entry.tags);
    if (others.length === 0) {
      if (lacked.length === 0) entry.sameTags = address.tags;
      return this.#judge(entry, address, { tagStates, lackedTags: lacked });
    }
    return this.#tags.read(others).then((states) => {
      if (states === undefined) return { tagStates };
      const all = new Map([...tagStates, ...states]);
      return this.#judge(entry, address, { tagStates: all, lackedTags: lacked });
    });
  }

  /**
   * An entry that is invalid by now is not found. Neither is one that lacks a tag of the call which was invalidated or
   * expired once: nobody knows whether the answer is older than that.
   */
  #judge(
    entry: LoadedEntry,
    { keyRows }: Address,
    { tagStates, lackedTags = NO_TAGS }: Pick<FoundEntry, 'tagStates' | 'lackedTags'>,
  ): FoundEntry {
    const of = { tags: entry.generationNames, keyRows };
    const header = this.#tags.applyTo(entry.header, tagStates, of);
    if (header === undefined) return { tagStates };
    const valid = header === entry.header ? entry : { ...entry, header };
    if (lackedTags.length === 0) return { tagStates, entry: valid };
    const isChanged = haveChanged(this.#tags.generationNames(lackedTags), tagStates);
    if (isChanged) return { tagStates, otherwiseTagged: valid };
    return { tagStates, entry: valid, lackedTags };
  }
}

/** Lists up to this length are compared item by item, which is faster than to make a set. */
const SHORT = 16;

/** The items that `others` does not have. */
function withoutAll(items: readonly string[], others: readonly string[]): readonly string[] {
  if (others.length <= SHORT) return items.filter((item) => !others.includes(item));
  const known = new Set(others);
  return items.filter((item) => !known.has(item));
}
