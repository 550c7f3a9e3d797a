import {
  type Encryptions,
  type Entry,
  type EntryHeader,
  type EntryIdentity,
  entryText,
  namespacePrefix,
  type RowBounds,
  RowCodec,
} from '../entry/index.ts';
import {
  CallTags,
  generationsOf,
  haveChanged,
  namesOf,
  TagGenerations,
  type TagRow,
  type TagStates,
  tagsOfEntry,
} from '../invalidation/index.ts';
import type { Eventual, RowStore } from '../store/index.ts';
import { type Address, KeyRing } from './address.ts';
import { isSuperseded, lastUse, ttlFor, withGenerations, withTagsOf } from './entry-header.ts';
import { EntryReader, type FoundEntry } from './entry-reader.ts';

/** Characters that were written, or why none were. */
export type WriteResult = number | 'too-large' | 'store-error' | 'invalidated' | 'superseded';

const NO_ROWS: readonly TagRow[] = [];

interface EntryStoreOptions extends RowBounds {
  readonly namespace: string;
  readonly encryptions: Encryptions;
  /** Another process, or another cache, may have the same store. */
  readonly isShared: boolean;
  /** The store loses no row by itself. */
  readonly isLossless: boolean;
  readonly now: () => number;
}

interface WriteOptions {
  /** The states of the entry's key and tags before its call began. */
  readonly tagStates: TagStates;
  /** Milliseconds since 1970. @default the instant at which the entry was stored first */
  readonly writtenAt?: number | undefined;
  /** What is stored, where the caller has just read it. @default it is read */
  readonly found?: FoundEntry | undefined;
}

/** Entries under their keys in one namespace of a store. No method rejects. */
export class EntryStore {
  /** Every key of the namespace starts with it. */
  readonly prefix: string;
  readonly tags: TagGenerations;
  readonly callTags: CallTags;
  readonly keyRing: KeyRing;
  readonly #rows: RowStore;
  readonly #reader: EntryReader;
  /** Answers that are complete and not stored yet. */
  readonly #held = new Set<Promise<unknown>>();
  /** Writes under way by key: what comes after them must not overtake them. */
  readonly #writing = new Map<string, Promise<unknown>>();

  /** @param tags their states, where another store of the same entries has them */
  constructor(rows: RowStore, options: EntryStoreOptions, tags?: TagGenerations) {
    const { namespace, encryptions, ...bounds } = options;
    const prefix = namespacePrefix(namespace);
    this.prefix = prefix;
    this.tags = tags ?? new TagGenerations(rows, { ...options, prefix });
    this.#rows = rows;
    this.callTags = new CallTags(this.tags);
    this.keyRing = new KeyRing(encryptions, (each) => new RowCodec(each, prefix, bounds));
    this.#reader = new EntryReader(rows, this.keyRing, this.tags);
  }

  /** The key of an entry, which is `namespace:format-version:scope:fingerprint`. */
  keyOf(identity: EntryIdentity): string {
    return this.keyRing.keyOf(identity);
  }

  /** The rows that hold the states of a key. None if it can have no state. */
  keyRowsOf(key: string): readonly TagRow[] {
    return this.tags.hasKeyStates ? this.tags.rows.ofKeys(this.#keysOf(key)) : NO_ROWS;
  }

  /** Reads synchronously, unless the store or the row needs time. Entries that are invalid are not found. */
  read(address: Address): FoundEntry | Promise<FoundEntry> {
    return this.#reader.read(address);
  }

  /**
   * The states that an entry has whose call begins after this: those that the look-up found, and new ones for those that
   * are missing in a store that may lose rows. It is a promise only if the store has to be asked.
   *
   * @param life milliseconds for which the entry is to be stored
   */
  prepare(
    { tagRows, keyRows }: Pick<Address, 'tagRows' | 'keyRows'>,
    { tagStates, entry }: Pick<FoundEntry, 'tagStates' | 'entry'>,
    life: number,
  ): TagStates | Promise<TagStates> {
    const isNew = entry === undefined;
    return this.tags.prepare([...tagRows, ...keyRows], tagStates, { life: ttlFor(life), isNew });
  }

  /** Writes an entry of these states, unless they were changed since, or an answer is stored whose call began later. */
  write(
    address: Address,
    entry: Entry,
    { tagStates, writtenAt = entry.header.storedAt, found: known }: WriteOptions,
  ): Eventual<WriteResult> {
    const generations = generationsOf(namesOf([...address.tagRows, ...address.keyRows]), tagStates);
    const header = withGenerations(entry.header, generations);
    const isOf = (states: TagStates) => this.tags.isCurrent(header, states, address.keyRows);
    const write = (found: FoundEntry) => {
      if (!isOf(tagStates)) return 'store-error'; // it did not answer before the call
      // If the store does not say in time what it holds, the answer is written all the same: its generations tell its age.
      const isKnown = found.isUnknown !== true && found.tagStates !== tagStates;
      if (isKnown && !isOf(found.tagStates)) return 'invalidated';
      if (isSuperseded(entry, found, writtenAt)) return 'superseded';
      return this.#write(address.key, withTagsOf(found, entry, generations), writtenAt);
    };
    const writing = this.#inOrder<WriteResult>(address, write, known);
    if (!(writing instanceof Promise)) return writing;
    const ttl = ttlFor(lastUse(header) - writtenAt);
    const row = () => this.keyRing.row(address.key, { ...entry, header }, ttl);
    this.#rows.writeAtExit?.(writing, () => (isOf(tagStates) ? row() : undefined));
    return writing;
  }

  /**
   * Writes the stored entry once more with the header that `change` makes. Nothing is written if `change` returns
   * undefined, or if there is no valid entry any more.
   */
  async rewrite(
    address: Address,
    change: (found: FoundEntry) => EntryHeader | undefined,
  ): Promise<void> {
    await this.#inOrder(address, async (found) => {
      const header = change(found);
      if (header === undefined || found.entry === undefined) return;
      const generations = await this.#generationsWithTags(address, header, found);
      if (generations === undefined) return;
      const payload = found.entry.payload.text;
      const entry = { header: withGenerations(header, generations), payload };
      await this.#write(address.key, entry, header.storedAt);
    });
  }

  /** Makes the entry under a key invalid. Resolves to false if the store did not accept it. */
  async invalidate(key: string): Promise<boolean> {
    const keys = this.#keysOf(key);
    const isInvalid = this.tags.invalidateKeys(keys); // in this process, it holds from now on
    if (this.#writing.size > 0) await this.#writing.get(key);
    const removals = await Promise.all(keys.map((each) => this.#rows.remove(each)));
    return (await isInvalid) && removals.every((isRemoved) => isRemoved);
  }

  /** Makes the entry under a key stale from `now` on. Resolves to false if the store did not accept it. */
  expire(key: string, now: number): Promise<boolean> {
    return this.tags.expireKeys(this.#keysOf(key), now);
  }

  /** Removes a row from the store, whatever it holds. Resolves to false if the store did not accept it. */
  remove(key: string): Promise<boolean> {
    return this.#rows.remove(key);
  }

  /** Lets {@link close} wait until a complete answer is stored. */
  hold(storing: Promise<unknown>): void {
    this.#held.add(storing);
    void Promise.allSettled([storing]).then(() => this.#held.delete(storing));
  }

  /** Waits for the writes under way, and writes what the store has not accepted of invalidations once more. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#held);
    await Promise.allSettled(this.#writing.values());
    await this.tags.close();
  }

  #keysOf(key: string): readonly string[] {
    return [key, ...this.keyRing.olderKeys(key)];
  }

  /**
   * The generations of a stored entry that gets this header. Undefined if one of its new tags cannot have a state, or
   * was changed since the look-up: nobody knows whether the entry is older than that.
   */
  async #generationsWithTags(
    { keyRows }: Address,
    header: EntryHeader,
    found: FoundEntry,
  ): Promise<Record<string, string> | undefined> {
    const tagRows = this.tags.rows.of(tagsOfEntry(header));
    const life = lastUse(header) - header.storedAt;
    const states = await this.prepare({ tagRows, keyRows }, found, life);
    const names = namesOf([...tagRows, ...keyRows]);
    const made = names.filter((name) => !found.tagStates.has(name));
    if (haveChanged(made, states)) return undefined;
    const generations = { ...generationsOf(names, states), ...header.generations };
    const isKnown = this.tags.isCurrent(withGenerations(header, generations), states, keyRows);
    return isKnown ? generations : undefined;
  }

  /**
   * Reads what is stored and then writes: one write of a key after the other, and in the call itself if the store
   * answers in it.
   */
  #inOrder<Result>(
    address: Address,
    write: (found: FoundEntry) => Eventual<Result>,
    known?: FoundEntry,
  ): Eventual<Result> {
    const { key } = address;
    const before = this.#writing.get(key);
    const read = () => this.#reader.read(address);
    const reading = before === undefined ? (known ?? read()) : before.then(read, read);
    const writing = reading instanceof Promise ? reading.then(write) : write(reading);
    if (!(writing instanceof Promise)) return writing;
    this.#writing.set(key, writing);
    const end = () => {
      if (this.#writing.get(key) === writing) this.#writing.delete(key);
    };
    writing.then(end, end);
    return writing;
  }

  #write(key: string, entry: Entry, writtenAt: number): Eventual<WriteResult> {
    const ttl = ttlFor(lastUse(entry.header) - writtenAt);
    const row = this.keyRing.newest.encode(key, entryText(entry));
    const write = (text: string | undefined) => this.#writeRow(key, text, ttl);
    return row instanceof Promise ? row.then(write) : write(row);
  }

  #writeRow(key: string, row: string | undefined, ttl?: number): Eventual<WriteResult> {
    if (row === undefined) return 'too-large';
    const writing = this.#rows.write(key, row, ttl);
    const resultOf = (isWritten: boolean) => (isWritten ? row.length : 'store-error');
    if (this.keyRing.hasOlderSecrets) return this.#removeOlder(key, writing).then(resultOf);
    return typeof writing === 'boolean' ? resultOf(writing) : writing.then(resultOf);
  }

  /** The entries of older secrets would be served again when the time of the newer entry is over. */
  async #removeOlder(key: string, writing: boolean | Promise<boolean>): Promise<boolean> {
    if (!(await writing)) return false;
    await Promise.all(this.keyRing.olderKeys(key).map((older) => this.#rows.remove(older)));
    return true;
  }
}
