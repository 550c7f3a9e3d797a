import { randomUUID } from 'node:crypto';
import type { Encryption, EntryHeader } from '../entry/index.ts';
import { BoundedMap, digest } from '../key/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import {
  applyTagStates,
  NO_TAG_STATES,
  parseTagState,
  type TagState,
  type TagStates,
  tagRowKey,
  tagsOfEntry,
} from './tag-state.ts';

/** Where the state of a tag is stored under one secret, or without one. */
export interface TagRow {
  /** The name of the tag's generation in entries. Each secret has its own generations. */
  readonly generationName: string;
  readonly key: string;
  readonly encryption: Encryption;
}

/** Tags whose rows and states are remembered. Bounded because tags are the user's. */
const MAX_KNOWN_TAGS = 10_000;

/**
 * A row that cannot be read is taken for an unknown generation: whoever can change the row can invalidate entries
 * but cannot bring them back. (Whoever can remove it can, where no process remembers the state.)
 */
const unreadable = (row: string): TagState => ({ generation: digest(row) });

/**
 * The states of the tags of one namespace, in the store and as this process has seen them. Each secret has its own
 * rows, and a change is written under all of them, so that a process that has only an older secret reads it too.
 */
export class TagGenerations {
  readonly #store: RowStore;
  readonly #prefix: string;
  readonly #encryptions: readonly Encryption[];
  readonly #rows = new BoundedMap<string, readonly TagRow[]>(MAX_KNOWN_TAGS);
  /** A store may lose a state before the entries (eviction): what was invalidated here stays so. */
  readonly #seen = new BoundedMap<string, TagState>(MAX_KNOWN_TAGS);
  /** States that are being written, or that the store did not accept: what the store holds is older. */
  readonly #unsent = new Map<string, TagState>();

  constructor(store: RowStore, prefix: string, encryptions: readonly Encryption[]) {
    this.#store = store;
    this.#prefix = prefix;
    this.#encryptions = encryptions;
  }

  /** The rows of these tags, one for each tag and secret. */
  rowsOf(tags: readonly string[]): readonly TagRow[] {
    return tags.flatMap((tag) => this.#rowsOf(tag));
  }

  /** The names by which entries and {@link TagStates} know these tags. */
  generationNames(tags: readonly string[]): readonly string[] {
    return this.rowsOf(tags).map(({ generationName }) => generationName);
  }

  /** The states in the texts of these rows. `texts` ends with them, and other texts may come before. */
  statesIn(rows: readonly TagRow[], texts: RowTexts): TagStates {
    let states: Map<string, TagState> | undefined; // most often there are none
    let index = texts.length - rows.length;
    for (const row of rows) {
      const state = this.#stateIn(texts[index++], row);
      if (state === undefined) continue;
      states ??= new Map();
      states.set(row.generationName, state);
      this.#seen.set(row.generationName, state);
    }
    return states ?? NO_TAG_STATES;
  }

  /** The header after the states of all its tags are applied, or undefined if the entry is invalid. */
  apply(states: TagStates, header: EntryHeader): EntryHeader | undefined {
    return applyTagStates(header, states, this.generationNames(tagsOfEntry(header)));
  }

  /** Resolves to undefined if the store does not answer. An entry whose tags cannot be checked is not served. */
  async read(tags: readonly string[]): Promise<TagStates | undefined> {
    const rows = this.rowsOf(tags);
    const texts = await this.#store.read(rows.map(({ key }) => key));
    return texts === undefined ? undefined : this.statesIn(rows, texts);
  }

  /** Makes every entry with this tag invalid. Resolves to false where the store did not accept it. */
  invalidate(tag: string): Promise<boolean> {
    const generation = randomUUID();
    return this.#writeAll(tag, () => ({ generation }));
  }

  /**
   * Makes every entry with this tag that was stored until `now` stale; `served` is the model that has answered since.
   * Resolves to false where the store did not accept it.
   */
  async expire(tag: string, now: number, served?: string): Promise<boolean> {
    const states = (await this.read([tag])) ?? this.#seen;
    return this.#writeAll(tag, (name) => {
      return { generation: states.get(name)?.generation ?? '', expiredAt: now, served };
    });
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

  async #writeAll(tag: string, stateOf: (name: string) => TagState): Promise<boolean> {
    const writes = this.#rowsOf(tag).map((row) => this.#write(row, stateOf(row.generationName)));
    return (await Promise.all(writes)).every((isWritten) => isWritten);
  }

  async #write({ generationName, key, encryption }: TagRow, state: TagState): Promise<boolean> {
    this.#seen.set(generationName, state);
    this.#unsent.set(generationName, state);
    const text = encryption.encryptText(key, JSON.stringify(state));
    // Without a ttl, because a state has to outlive every entry that it concerns.
    const isWritten = await this.#store.write(key, text, undefined);
    if (isWritten && this.#unsent.get(generationName) === state)
      this.#unsent.delete(generationName);
    return isWritten;
  }

  #stateIn(text: string | undefined, row: TagRow): TagState | undefined {
    const unsent = this.#unsent.get(row.generationName);
    if (unsent !== undefined || text === undefined) {
      return unsent ?? this.#seen.get(row.generationName);
    }
    return parseTagState(row.encryption.decryptText(row.key, text)) ?? unreadable(text);
  }
}
