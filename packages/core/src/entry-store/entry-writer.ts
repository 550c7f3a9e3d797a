import { type Entry, type EntryHeader, entryText } from '../entry/index.ts';
import {
  generationsOf,
  haveChanged,
  namesOf,
  type TagGenerations,
  type TagStates,
  tagsOfEntry,
} from '../invalidation/index.ts';
import type { Eventual, NewRow, RowStore } from '../store/index.ts';
import type { Address, KeyRing } from './address.ts';
import { lastUse, ttlFor, withTags } from './entry-header.ts';
import type { EntryReader, FoundEntry } from './entry-reader.ts';

/** Characters that were written, or why none were. */
export type WriteResult = number | 'too-large' | 'store-error' | 'invalidated' | 'superseded';

interface WriteOptions {
  /** The states of the entry's key and tags before its call began. */
  readonly tagStates: TagStates;
  /** Milliseconds since 1970. @default the instant at which the entry was stored first */
  readonly writtenAt?: number | undefined;
  /** What is stored, where the caller has just read it. @default it is read */
  readonly found?: FoundEntry | undefined;
}

/** When the call for an answer began. */
function calledAt({ calledAt: known, storedAt, took = 0 }: EntryHeader): number {
  return known ?? storedAt - took;
}

/** Does the stored entry answer a later call? A call in the future was made by a process whose clock is ahead. */
function isSuperseded(
  { header }: Entry,
  { entry, otherwiseTagged }: FoundEntry,
  writtenAt: number,
): boolean {
  const stored = entry ?? otherwiseTagged;
  if (stored === undefined) return false;
  const storedCall = calledAt(stored.header);
  return storedCall > calledAt(header) && storedCall <= writtenAt;
}

/** The header of an entry of these generations. */
function withGenerations(header: EntryHeader, generations: Record<string, string>): EntryHeader {
  return Object.keys(generations).length === 0 ? header : { ...header, generations };
}

/**
 * The entry, with the tags of a valid one that it replaces and that this call could not find. Otherwise, two callers with different
 * tags would replace each other's entries for ever.
 */
function withTagsOf(
  { otherwiseTagged }: FoundEntry,
  { header, payload }: Entry,
  generations: Record<string, string>,
): Entry {
  const replaced = otherwiseTagged?.header;
  if (replaced === undefined) return { header: withGenerations(header, generations), payload };
  const all = { ...replaced.generations, ...generations };
  return { header: withGenerations(withTags(header, replaced.tags ?? []), all), payload };
}

/** What an {@link EntryWriter} shares with the store of its entries. */
interface EntryWriterParts {
  readonly rows: RowStore;
  readonly reader: EntryReader;
  readonly keyRing: KeyRing;
  readonly tags: TagGenerations;
  /** Writes under way by key: what comes after them must not overtake them. */
  readonly writing: Map<string, Promise<unknown>>;
}

/** Writes the entries of an entry store. No method rejects. */
export class EntryWriter {
  readonly #parts: EntryWriterParts;

  constructor(parts: EntryWriterParts) {
    this.#parts = parts;
  }

  /** Writes an entry of these states, unless they were changed since, or an answer is stored whose call began later. */
  write(
    address: Address,
    entry: Entry,
    { tagStates, writtenAt = entry.header.storedAt, found: known }: WriteOptions,
  ): Eventual<WriteResult> {
    const generations = generationsOf(namesOf([...address.tagRows, ...address.keyRows]), tagStates);
    const header = withGenerations(entry.header, generations);
    const isOf = (states: TagStates) => this.#parts.tags.isCurrent(header, states, address.keyRows);
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
    const row = () => this.#rowAtExit(address.key, { ...entry, header }, ttl);
    this.#parts.rows.writeAtExit?.(writing, () => (isOf(tagStates) ? row() : undefined));
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

  /**
   * The generations of a stored entry that gets this header. Undefined if one of its new tags cannot have a state, or
   * was changed since the look-up: nobody knows whether the entry is older than that.
   */
  async #generationsWithTags(
    { keyRows }: Address,
    header: EntryHeader,
    found: FoundEntry,
  ): Promise<Record<string, string> | undefined> {
    const tagRows = this.#parts.tags.rows.of(tagsOfEntry(header));
    const life = lastUse(header) - header.storedAt;
    const states = await this.#parts.tags.prepare([...tagRows, ...keyRows], found.tagStates, {
      life: ttlFor(life),
      isNew: found.entry === undefined,
    });
    const names = namesOf([...tagRows, ...keyRows]);
    const made = names.filter((name) => !found.tagStates.has(name));
    if (haveChanged(made, states)) return undefined;
    const generations = { ...generationsOf(names, states), ...header.generations };
    const isKnown = this.#parts.tags.isCurrent(
      withGenerations(header, generations),
      states,
      keyRows,
    );
    return isKnown ? generations : undefined;
  }

  /** None if it takes time to make, because it is compressed. */
  #rowAtExit(key: string, entry: Entry, ttl: number | undefined): NewRow | undefined {
    const value = this.#parts.keyRing.newest.encode(key, entryText(entry));
    return typeof value === 'string' ? { key, value, ttl } : undefined;
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
    const before = this.#parts.writing.get(key);
    const read = () => this.#parts.reader.read(address);
    const reading = before === undefined ? (known ?? read()) : before.then(read, read);
    const writing = reading instanceof Promise ? reading.then(write) : write(reading);
    if (!(writing instanceof Promise)) return writing;
    this.#parts.writing.set(key, writing);
    const end = () => {
      if (this.#parts.writing.get(key) === writing) this.#parts.writing.delete(key);
    };
    writing.then(end, end);
    return writing;
  }

  #write(key: string, entry: Entry, writtenAt: number): Eventual<WriteResult> {
    const ttl = ttlFor(lastUse(entry.header) - writtenAt);
    const row = this.#parts.keyRing.newest.encode(key, entryText(entry));
    const write = (text: string | undefined) => this.#writeRow(key, text, ttl);
    return row instanceof Promise ? row.then(write) : write(row);
  }

  #writeRow(key: string, row: string | undefined, ttl?: number): Eventual<WriteResult> {
    if (row === undefined) return 'too-large';
    const writing = this.#parts.rows.write(key, row, ttl);
    const resultOf = (isWritten: boolean) => (isWritten ? row.length : 'store-error');
    if (this.#parts.keyRing.hasOlderSecrets) return this.#removeOlder(key, writing).then(resultOf);
    return typeof writing === 'boolean' ? resultOf(writing) : writing.then(resultOf);
  }

  /** The entries of older secrets would be served again when the time of the newer entry is over. */
  async #removeOlder(key: string, writing: boolean | Promise<boolean>): Promise<boolean> {
    if (!(await writing)) return false;
    await Promise.all(
      this.#parts.keyRing.olderKeys(key).map((older) => this.#parts.rows.remove(older)),
    );
    return true;
  }
}
