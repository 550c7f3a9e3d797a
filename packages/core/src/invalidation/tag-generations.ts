import { randomUUID } from 'node:crypto';
import type { Encryptions, EntryHeader } from '../entry/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import type { EntryLife } from './made-states.ts';
import { OwnStates } from './own-states.ts';
import type { SharedStates } from './shared-states.ts';
import {
  ALL_ENTRIES_TAG,
  haveChanged,
  INVALID,
  NO_TAG_STATES,
  namesOf,
  type TagRow,
  TagRows,
  type TagStates,
  tagsOfEntry,
  withStaleFrom,
} from './tag-state.ts';

export interface TagGenerationsOptions {
  readonly prefix: string;
  readonly encryptions: Encryptions;
  /** Other processes may invalidate keys, too. If none can, the states stay in this process. */
  readonly isShared: boolean;
  /** The store loses no row by itself, as a folder of files: no state is made before one is changed. */
  readonly isLossless: boolean;
  readonly now: () => number;
}

/**
 * The states of the tags and keys of one namespace, in the store and as this process has seen them. Each secret has
 * its own rows, and a change is written under all of them, so that a process that has only an older secret reads it too.
 */
export class TagGenerations {
  readonly isShared: boolean;
  readonly rows: TagRows;
  readonly #store: RowStore;
  readonly #options: TagGenerationsOptions;
  /** Undefined until those of a shared store are loaded. */
  #states: OwnStates | SharedStates | undefined;
  #loading: Promise<void> | undefined;

  constructor(store: RowStore, options: TagGenerationsOptions) {
    const { prefix, encryptions, isShared } = options;
    this.#options = options;
    this.isShared = isShared;
    this.rows = new TagRows(prefix, encryptions, store);
    this.#store = store;
    if (!isShared) this.#states = new OwnStates(this.rows.of([ALL_ENTRIES_TAG]));
  }

  /** Loads what a shared store needs, before its first row is read. Undefined if there is nothing to wait for. */
  get loading(): Promise<void> | undefined {
    if (this.#states !== undefined) return undefined;
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** False if the package was replaced under the running process, so that its states could not be loaded. */
  get isLoaded(): boolean {
    return this.#states !== undefined;
  }

  /** Can a key have a state? If not, which is usual in memory, its rows need not be looked at. */
  get hasKeyStates(): boolean {
    return this.isShared || (this.#states instanceof OwnStates && this.#states.hasKeyStates);
  }

  /** The names by which entries and {@link TagStates} know these tags. */
  generationNames(tags: readonly string[]): readonly string[] {
    return namesOf(this.rows.of(tags));
  }

  /** The states in the texts of these rows, of which the first is at `from`. */
  statesIn(rows: readonly TagRow[], texts: RowTexts, from: number): TagStates {
    return this.#states?.statesIn(rows, texts, from) ?? NO_TAG_STATES;
  }

  /** The header after the states of its key and of all its tags are applied, or undefined if the entry is invalid. */
  apply(
    states: TagStates,
    header: EntryHeader,
    keyRows: readonly TagRow[],
  ): EntryHeader | undefined {
    if (this.#hasNoState(header, states)) return header;
    const tags = this.generationNames(tagsOfEntry(header));
    return this.applyTo(header, states, { tags, keyRows });
  }

  /** Nearly always, in the memory of this process. */
  #hasNoState({ generations }: EntryHeader, { size }: TagStates): boolean {
    return !this.isShared && size === 0 && generations === undefined;
  }

  /** Like {@link apply}, for the names of the generations of the header's tags. */
  applyTo(
    header: EntryHeader,
    states: TagStates,
    { tags, keyRows }: { readonly tags: readonly string[]; readonly keyRows: readonly TagRow[] },
  ): EntryHeader | undefined {
    if (this.#hasNoState(header, states)) return header;
    const dependedOn = { tags, keys: namesOf(keyRows) };
    const staleFrom = this.#states?.staleFrom(header, states, dependedOn) ?? INVALID;
    return withStaleFrom(header, staleFrom, this.#options.now);
  }

  /**
   * The states that an entry has which is made from now on: those that are known, and new ones for those that are
   * missing. It is a promise only if the store has to be asked.
   */
  prepare(
    rows: readonly TagRow[],
    states: TagStates,
    entry: EntryLife,
  ): TagStates | Promise<TagStates> {
    return this.#states?.prepare(rows, states, entry) ?? states;
  }

  /** All states of an entry, where {@link prepare} did not wait for all of them. Undefined where it did. */
  lateStates(states: TagStates): Promise<TagStates> | undefined {
    return this.#states?.lateStates(states);
  }

  /** Is an entry with this header valid in these states, and no older than its tags and its key? */
  isCurrent(header: EntryHeader, states: TagStates, keyRows: readonly TagRow[]): boolean {
    return this.apply(states, header, keyRows) === header;
  }

  /** Resolves to undefined if the store does not answer: an entry whose tags cannot be checked is not served. */
  read(tags: readonly string[]): Promise<TagStates | undefined> {
    return this.readRows(this.rows.of(tags));
  }

  /** Like {@link read}, for the rows of tags or of keys. */
  readRows(rows: readonly TagRow[]): Promise<TagStates | undefined> {
    return this.#whenLoaded((states) => states.read(rows));
  }

  /** Was one of these tags ever invalidated or expired, as far as the store or this process knows? */
  async haveChanged(tags: readonly string[]): Promise<boolean> {
    const rows = this.rows.of(tags);
    const states = (await this.readRows(rows)) ?? this.statesIn(rows, [], 0);
    return haveChanged(namesOf(rows), states);
  }

  /** Makes every entry with this tag invalid. Resolves to false if the store did not accept it. */
  invalidate(tag: string): Promise<boolean> {
    return this.#invalidate(this.rows.of([tag]));
  }

  /** Makes the entry under these keys invalid. Resolves to false if the store did not accept it. */
  invalidateKeys(keys: readonly string[]): Promise<boolean> {
    return this.#invalidate(this.rows.ofKeys(keys));
  }

  /**
   * Makes every entry stale that has this tag and whose call began before; `served` is the model that has answered
   * since. Resolves to false if the store did not accept it.
   */
  expire(tag: string, now: number, served?: string): Promise<boolean> {
    return this.#expire(this.rows.of([tag]), now, served);
  }

  /** Makes the entry under these keys stale. Resolves to false if the store did not accept it. */
  expireKeys(keys: readonly string[], now: number): Promise<boolean> {
    return this.#expire(this.rows.ofKeys(keys), now);
  }

  /** Stores which model answers to the name that this tag stands for. No entry becomes stale. */
  async noteServed(tag: string, served: string): Promise<void> {
    await this.#whenLoaded((states) => states.change(this.rows.of([tag]), { served }));
  }

  /** Writes the states that the store has not accepted yet once more, and then gives them up. */
  async close(): Promise<void> {
    await this.#loading;
    await this.#states?.close();
  }

  async #load(): Promise<void> {
    try {
      const { SharedStates } = await import('./shared-states.ts');
      this.#states = new SharedStates(this.#store, this.#options);
    } catch {
      // The package was replaced under the running process: no row can be read from now on.
    }
  }

  /** In the call itself, if the states are loaded. */
  #whenLoaded<Result>(
    use: (states: OwnStates | SharedStates) => Promise<Result>,
  ): Promise<Result | undefined> {
    const run = () => (this.#states === undefined ? undefined : use(this.#states));
    return this.loading === undefined ? Promise.resolve(run()) : this.loading.then(run);
  }

  async #invalidate(rows: readonly TagRow[]): Promise<boolean> {
    return (await this.#whenLoaded((states) => states.invalidate(rows))) === true;
  }

  async #expire(rows: readonly TagRow[], now: number, served?: string): Promise<boolean> {
    const expiry = { isChanged: true, expiredAt: now, expiry: randomUUID() };
    const changes = served === undefined ? expiry : { ...expiry, served };
    return (await this.#whenLoaded((states) => states.change(rows, changes))) === true;
  }
}
