import { randomUUID } from 'node:crypto';
import type { Encryptions, EntryHeader } from '../entry/index.ts';
import { BoundedMap, digest } from '../key/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import {
  applyTagStates,
  generationsOf,
  keyRowKey,
  NO_TAG_STATES,
  parseTagState,
  type TagRow,
  type TagState,
  type TagStates,
  tagRowKey,
  tagsOfEntry,
} from './tag-state.ts';
import { UnsentStates } from './unsent-states.ts';

/** Tags whose rows and states are remembered. Bounded because tags are the user's. */
const MAX_KNOWN_TAGS = 10_000;

/**
 * An invalidated key has lost its entry. Its state is for the calls that were under way then, and for their answers if
 * those reach the store all the same, so that it need not last for ever.
 */
const KEY_STATE_TTL = 30 * 24 * 60 * 60_000;

/**
 * A row that cannot be read is taken for an unknown generation: whoever can change the row can invalidate entries
 * but cannot bring them back. (Whoever can remove it can, if no process remembers the state.)
 */
const unreadable = (row: string): TagState => ({ generation: digest(row) });

const namesOf = (rows: readonly TagRow[]) => rows.map(({ generationName }) => generationName);

export interface TagGenerationsOptions {
  readonly prefix: string;
  readonly encryptions: Encryptions;
  /** Other processes may invalidate keys, too. If none can, the states of keys stay in this process. */
  readonly isShared: boolean;
}

/**
 * The states of the tags and keys of one namespace, in the store and as this process has seen them. Each secret has
 * its own rows, and a change is written under all of them, so that a process that has only an older secret reads it too.
 */
export class TagGenerations {
  readonly isShared: boolean;
  readonly #store: RowStore;
  readonly #prefix: string;
  readonly #encryptions: Encryptions;
  readonly #rows = new BoundedMap<string, readonly TagRow[]>(MAX_KNOWN_TAGS);
  /** A store may lose a state before the entries (eviction): what was invalidated here stays so. */
  readonly #seen = new BoundedMap<string, TagState>(MAX_KNOWN_TAGS);
  readonly #seenOfKeys = new BoundedMap<string, TagState>(MAX_KNOWN_TAGS);
  readonly #unsent: UnsentStates;

  constructor(store: RowStore, { prefix, encryptions, isShared }: TagGenerationsOptions) {
    this.isShared = isShared;
    this.#store = store;
    this.#prefix = prefix;
    this.#encryptions = encryptions;
    this.#unsent = new UnsentStates(store);
  }

  /** The rows of these tags, one for each tag and secret. */
  rowsOf(tags: readonly string[]): readonly TagRow[] {
    return tags.flatMap((tag) => this.#rowsOf(tag));
  }

  /** Can a key have a state? If not, which is usual in memory, its rows need not be looked at. */
  get hasKeyStates(): boolean {
    return this.isShared || this.#seenOfKeys.size > 0;
  }

  /** The rows of an entry's key, and of its keys under older secrets. */
  rowsOfKeys(keys: readonly string[]): readonly TagRow[] {
    const [newest] = this.#encryptions;
    return keys.map((key, index) => ({
      generationName: key,
      key: keyRowKey(this.#prefix, key),
      encryption: this.#encryptions[index] ?? newest,
      ttl: KEY_STATE_TTL,
    }));
  }

  /** The names by which entries and {@link TagStates} know these tags. */
  generationNames(tags: readonly string[]): readonly string[] {
    return namesOf(this.rowsOf(tags));
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
    return applyTagStates(header, states, { tags, keys: namesOf(keyRows) });
  }

  /** Resolves to undefined if the store does not answer: an entry whose tags cannot be checked is not served. */
  read(tags: readonly string[]): Promise<TagStates | undefined> {
    return this.readRows(this.rowsOf(tags));
  }

  /** Was one of these tags ever invalidated or expired, as far as the store or this process knows? */
  async haveStates(tags: readonly string[]): Promise<boolean> {
    const rows = this.rowsOf(tags);
    const states = (await this.readRows(rows)) ?? this.statesIn(rows, [], 0);
    return Object.keys(generationsOf(namesOf(rows), states)).length > 0;
  }

  /** Makes every entry with this tag invalid. Resolves to false if the store did not accept it. */
  invalidate(tag: string): Promise<boolean> {
    return this.#invalidate(this.#rowsOf(tag));
  }

  /** Makes the entry under these keys invalid. Resolves to false if the store did not accept it. */
  invalidateKeys(keys: readonly string[]): Promise<boolean> {
    return this.#invalidate(this.rowsOfKeys(keys));
  }

  /**
   * Makes every entry stale that has this tag and whose call began before; `served` is the model that has answered
   * since. Resolves to false if the store did not accept it.
   */
  expire(tag: string, now: number, served?: string): Promise<boolean> {
    return this.#change(this.#rowsOf(tag), { expiredAt: now, expiry: randomUUID(), served });
  }

  /** Makes the entry under these keys stale. Resolves to false if the store did not accept it. */
  expireKeys(keys: readonly string[], now: number): Promise<boolean> {
    return this.#change(this.rowsOfKeys(keys), { expiredAt: now, expiry: randomUUID() });
  }

  /** Stores which model answers to the name that this tag stands for. No entry becomes stale. */
  async noteServed(tag: string, served: string): Promise<void> {
    await this.#change(this.#rowsOf(tag), { served });
  }

  /** Writes the states that the store has not accepted yet once more, and then gives them up. */
  close(): Promise<void> {
    return this.#unsent.close();
  }

  #rowsOf(tag: string): readonly TagRow[] {
    const known = this.#rows.get(tag);
    if (known !== undefined) return known;
    const rows = this.#encryptions.map((encryption) => ({
      generationName: encryption.generationName(tag),
      key: tagRowKey(this.#prefix, tag, encryption),
      encryption,
    }));
    this.#rows.set(tag, rows);
    return rows;
  }

  #seenStates({ ttl }: TagRow): BoundedMap<string, TagState> {
    return ttl === undefined ? this.#seen : this.#seenOfKeys;
  }

  #see(row: TagRow, state: TagState): void {
    this.#seenStates(row).set(row.generationName, state);
  }

  /** Like {@link read}, for the rows of tags or of keys. */
  async readRows(rows: readonly TagRow[]): Promise<TagStates | undefined> {
    const texts = await this.#store.read(rows.map(({ key }) => key));
    return texts === undefined ? undefined : this.statesIn(rows, texts, 0);
  }

  #invalidate(rows: readonly TagRow[]): Promise<boolean> {
    const generation = randomUUID();
    return this.#writeAll(rows, () => ({ generation }));
  }

  async #change(rows: readonly TagRow[], changes: Omit<TagState, 'generation'>): Promise<boolean> {
    const states = await this.readRows(rows);
    return this.#writeAll(rows, (row) => {
      const known =
        states?.get(row.generationName) ?? this.#seenStates(row).get(row.generationName);
      return { ...known, generation: known?.generation ?? '', ...changes };
    });
  }

  async #writeAll(rows: readonly TagRow[], stateOf: (row: TagRow) => TagState): Promise<boolean> {
    const writes = rows.map((row) => {
      const state = stateOf(row);
      this.#see(row, state);
      if (row.ttl !== undefined && !this.isShared) return true;
      return this.#unsent.write(row, state);
    });
    return (await Promise.all(writes)).every((isWritten) => isWritten);
  }

  #stateIn(text: string | undefined, row: TagRow): TagState | undefined {
    const { generationName, key, encryption } = row;
    const unsent = this.#unsent.get(key);
    if (unsent !== undefined || text === undefined) {
      return unsent ?? this.#seenStates(row).get(generationName);
    }
    return parseTagState(encryption.decryptText(key, text)) ?? unreadable(text);
  }
}
