import {
  type Encryptions,
  type EntryIdentity,
  namespacePrefix,
  type RowBounds,
  RowCodec,
} from '../entry/index.ts';
import { CallTags, TagGenerations, type TagRow, type TagStates } from '../invalidation/index.ts';
import type { Eventual, RowStore } from '../store/index.ts';
import { type Address, KeyRing } from './address.ts';
import { ttlFor } from './entry-header.ts';
import { EntryReader, type FoundEntry } from './entry-reader.ts';
import type { EntryWriter, WriteResult } from './entry-writer.ts';

let loaded: typeof import('./entry-writer.ts') | undefined;

/** Loads what writes entries: a hit needs none of it. */
export async function loadEntryWriter(): Promise<void> {
  loaded ??= await import('./entry-writer.ts');
}

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

/** Entries under their keys in one namespace of a store. No method rejects. */
export class EntryStore {
  /** Every key of the namespace starts with it. */
  readonly prefix: string;
  readonly tags: TagGenerations;
  readonly callTags: CallTags;
  readonly keyRing: KeyRing;
  readonly #rows: RowStore;
  readonly #reader: EntryReader;
  #writer: EntryWriter | undefined;
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

  /** Reads only what needs no time. Undefined for everything else. */
  readNow(address: Address): FoundEntry | undefined {
    return this.#reader.readNow(address);
  }

  /**
   * The states of an entry whose call begins after this. They are those that the look-up found, and new ones for those that are
   * missing in a store that may lose rows. It is a promise only if the store has to be asked.
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
  write(...given: Parameters<EntryWriter['write']>): Eventual<WriteResult> {
    const writer = this.#writerNow();
    if (writer !== undefined) return writer.write(...given);
    return this.#loadWriter().then((late) => late?.write(...given) ?? 'store-error');
  }

  /**
   * Writes the stored entry once more with the header that `change` makes. Nothing is written if `change` returns
   * undefined, or if there is no valid entry any more.
   */
  async rewrite(...given: Parameters<EntryWriter['rewrite']>): Promise<void> {
    await (this.#writerNow() ?? (await this.#loadWriter()))?.rewrite(...given);
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

  /** Undefined until it is loaded. */
  #writerNow(): EntryWriter | undefined {
    if (loaded === undefined) return undefined;
    this.#writer ??= new loaded.EntryWriter({
      rows: this.#rows,
      reader: this.#reader,
      keyRing: this.keyRing,
      tags: this.tags,
      writing: this.#writing,
    });
    return this.#writer;
  }

  /** Undefined if the import fails: the package was replaced under the running process. */
  async #loadWriter(): Promise<EntryWriter | undefined> {
    await loadEntryWriter().catch(() => {});
    return this.#writerNow();
  }
}
