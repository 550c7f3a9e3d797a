import { randomUUID } from 'node:crypto';
import type { Encryptions, EntryHeader } from '../entry/index.ts';
import { BoundedMap } from '../key/index.ts';
import { startTimer } from '../options/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import { MAX_KNOWN_TAGS, namesOf, stateOf, TagRows } from './tag-rows.ts';
import {
  applyTagStates,
  generationsOf,
  NO_TAG_STATES,
  type TagRow,
  type TagState,
  type TagStates,
  tagsOfEntry,
} from './tag-state.ts';
import { UnsentStates } from './unsent-states.ts';

/** Milliseconds after an invalidation: more than a write of another process may take. */
const CHECK_AFTER = 3_000;

export interface TagGenerationsOptions {
  readonly prefix: string;
  readonly encryptions: Encryptions;
  /** Other processes may invalidate keys, too. If none can, the states of keys stay in this process. */
  readonly isShared: boolean;
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
  /** A store may lose a state before the entries (eviction): what was invalidated here stays so. */
  readonly #seen = new BoundedMap<string, TagState>(MAX_KNOWN_TAGS);
  readonly #seenOfKeys = new BoundedMap<string, TagState>(MAX_KNOWN_TAGS);
  /** Generations that were replaced. Who read one before that may write it again with an expiry, which then does not count. */
  readonly #retired = new BoundedMap<string, true>(MAX_KNOWN_TAGS);
  readonly #checks = new Set<() => void>();
  readonly #unsent: UnsentStates;
  readonly #now: () => number;

  constructor(store: RowStore, { prefix, encryptions, isShared, now }: TagGenerationsOptions) {
    this.#now = now;
    this.isShared = isShared;
    this.#store = store;
    this.rows = new TagRows(prefix, encryptions);
    this.#unsent = new UnsentStates(store);
  }

  /** Can a key have a state? If not, which is usual in memory, its rows need not be looked at. */
  get hasKeyStates(): boolean {
    return this.isShared || this.#seenOfKeys.size > 0;
  }

  /** The names by which entries and {@link TagStates} know these tags. */
  generationNames(tags: readonly string[]): readonly string[] {
    return namesOf(this.rows.of(tags));
  }

  /** The states in the texts of these rows, of which the first is at `from`. A row without a text has the state last seen. */
  statesIn(rows: readonly TagRow[], texts: RowTexts, from: number): TagStates {
    let states: Map<string, TagState> | undefined; // most often there are none
    let index = from;
    for (const row of rows) {
      const state = this.#stateIn(texts[index++], row);
      if (state === undefined) continue;
      states ??= new Map();
      states.set(row.generationName, state);
      this.#see(row, state);
    }
    return states ?? NO_TAG_STATES;
  }

  /** The header after the states of its key and of all its tags are applied, or undefined if the entry is invalid. */
  apply(
    states: TagStates,
    header: EntryHeader,
    keyRows: readonly TagRow[],
  ): EntryHeader | undefined {
    const tags = this.generationNames(tagsOfEntry(header));
    return this.applyTo(header, states, { tags, keyRows });
  }

  /** Like {@link apply}, for the names of the generations of the header's tags. */
  applyTo(
    header: EntryHeader,
    states: TagStates,
    { tags, keyRows }: { readonly tags: readonly string[]; readonly keyRows: readonly TagRow[] },
  ): EntryHeader | undefined {
    if (states.size === 0 && header.generations === undefined) return header; // nearly always
    return applyTagStates(header, states, { tags, keys: namesOf(keyRows), now: this.#now });
  }

  /** Resolves to undefined if the store does not answer: an entry whose tags cannot be checked is not served. */
  read(tags: readonly string[]): Promise<TagStates | undefined> {
    return this.readRows(this.rows.of(tags));
  }

  /** Was one of these tags ever invalidated or expired, as far as the store or this process knows? */
  async haveStates(tags: readonly string[]): Promise<boolean> {
    const rows = this.rows.of(tags);
    const states = (await this.readRows(rows)) ?? this.statesIn(rows, [], 0);
    return Object.keys(generationsOf(namesOf(rows), states)).length > 0;
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
    return this.#change(this.rows.of([tag]), { expiredAt: now, expiry: randomUUID(), served });
  }

  /** Makes the entry under these keys stale. Resolves to false if the store did not accept it. */
  expireKeys(keys: readonly string[], now: number): Promise<boolean> {
    return this.#change(this.rows.ofKeys(keys), { expiredAt: now, expiry: randomUUID() });
  }

  /** Stores which model answers to the name that this tag stands for. No entry becomes stale. */
  async noteServed(tag: string, served: string): Promise<void> {
    await this.#change(this.rows.of([tag]), { served });
  }

  /** Writes the states that the store has not accepted yet once more, and then gives them up. */
  close(): Promise<void> {
    for (const cancel of this.#checks) cancel();
    return this.#unsent.close();
  }

  #seenStates({ ttl }: TagRow): BoundedMap<string, TagState> {
    return ttl === undefined ? this.#seen : this.#seenOfKeys;
  }

  #see(row: TagRow, state: TagState): void {
    const states = this.#seenStates(row);
    const before = states.get(row.generationName);
    if (before !== undefined && before.generation !== state.generation) this.#retire(row, before);
    states.set(row.generationName, state);
  }

  #retire({ generationName }: TagRow, { generation }: TagState): void {
    this.#retired.set(`${generationName} ${generation}`, true);
  }

  /** Like {@link read}, for the rows of tags or of keys. */
  async readRows(rows: readonly TagRow[]): Promise<TagStates | undefined> {
    const texts = await this.#store.read(rows.map(({ key }) => key));
    return texts === undefined ? undefined : this.statesIn(rows, texts, 0);
  }

  async #invalidate(rows: readonly TagRow[]): Promise<boolean> {
    const state = { generation: randomUUID() };
    const keys = rows.map(({ key }) => key);
    const texts = this.#store.readNow(keys) ?? this.#readWhile(rows, state);
    const before = texts instanceof Promise ? await texts : texts;
    for (const [index, row] of rows.entries()) this.#retire(row, stateOf(before?.[index], row));
    const isWritten = await this.#writeAll(rows, () => state);
    if (this.isShared) this.#checkLater(rows);
    return isWritten;
  }

  /** Reads the rows before they are written. In this process, the new state holds from now on. */
  #readWhile(rows: readonly TagRow[], state: TagState): Promise<RowTexts | undefined> {
    for (const row of rows) this.#unsent.announce(row, state);
    return this.#store.read(rows.map(({ key }) => key));
  }

  /** By then, whatever another process wrote at the same time is in the store. */
  #checkLater(rows: readonly TagRow[]): void {
    const cancel = startTimer(CHECK_AFTER, () => {
      this.#checks.delete(cancel);
      void this.readRows(rows);
    });
    this.#checks.add(cancel);
  }

  async #change(rows: readonly TagRow[], changes: Omit<TagState, 'generation'>): Promise<boolean> {
    const states = await this.readRows(rows);
    return this.#writeAll(rows, (row) => {
      const known =
        states?.get(row.generationName) ?? this.#seenStates(row).get(row.generationName);
      return { ...known, generation: known?.generation ?? '', ...changes };
    });
  }

  async #writeAll(rows: readonly TagRow[], stateFor: (row: TagRow) => TagState): Promise<boolean> {
    const writes = rows.map((row) => {
      const state = stateFor(row);
      this.#see(row, state);
      if (row.ttl !== undefined && !this.isShared) return true;
      return this.#unsent.write(row, state);
    });
    return (await Promise.all(writes)).every((isWritten) => isWritten);
  }

  #stateIn(text: string | undefined, row: TagRow): TagState | undefined {
    const { generationName, key } = row;
    const unsent = this.#unsent.get(key);
    if (unsent !== undefined || text === undefined) {
      return unsent ?? this.#seenStates(row).get(generationName);
    }
    const state = stateOf(text, row);
    const seen = this.#seenStates(row).get(generationName);
    const isRetired = this.#retired.has(`${generationName} ${state.generation}`);
    if (seen === undefined || !isRetired) return state;
    void this.#unsent.write(row, seen); // an invalidation that an expiry has overwritten
    return seen;
  }
}
