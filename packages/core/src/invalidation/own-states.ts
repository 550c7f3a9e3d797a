import { randomUUID } from 'node:crypto';
import type { EntryHeader } from '../entry/index.ts';
import { BoundedMap } from '../key/index.ts';
import {
  type DependedOn,
  FIRST_TAG_STATE,
  MAX_KNOWN_TAGS,
  NO_TAG_STATES,
  staleFromKnown,
  type TagRow,
  type TagState,
  type TagStates,
} from './tag-state.ts';

/** The states of tags and keys in a store that no other process, and no other cache, can see. They are in no row. */
export class OwnStates {
  readonly #ofTags = new Map<string, TagState>();
  /** A call that was under way when its key was invalidated is detached, so that its answer is not stored anyway. */
  readonly #ofKeys = new BoundedMap<string, TagState>(MAX_KNOWN_TAGS);
  readonly #rowsOfAll: readonly TagRow[];

  /** @param rowsOfAll those of the tag that every entry has */
  constructor(rowsOfAll: readonly TagRow[]) {
    this.#rowsOfAll = rowsOfAll;
  }

  get hasKeyStates(): boolean {
    return this.#ofKeys.size > 0;
  }

  statesIn(rows: readonly TagRow[]): TagStates {
    if (this.#ofTags.size === 0 && this.#ofKeys.size === 0) return NO_TAG_STATES;
    let states: Map<string, TagState> | undefined; // most often there are none
    for (const row of rows) {
      const state = this.#get(row);
      if (state === undefined) continue;
      states ??= new Map();
      states.set(row.generationName, state);
    }
    return states ?? NO_TAG_STATES;
  }

  staleFrom(header: EntryHeader, states: TagStates, dependedOn: DependedOn): number {
    return staleFromKnown(header, states, dependedOn);
  }

  async read(rows: readonly TagRow[]): Promise<TagStates> {
    return this.statesIn(rows);
  }

  invalidate(rows: readonly TagRow[]): Promise<boolean> {
    const state = { generation: randomUUID(), isChanged: true };
    for (const row of rows) this.#set(row, state);
    return Promise.resolve(true);
  }

  change(rows: readonly TagRow[], changes: Omit<TagState, 'generation'>): Promise<boolean> {
    for (const row of rows) this.#set(row, { ...(this.#get(row) ?? FIRST_TAG_STATE), ...changes });
    return Promise.resolve(true);
  }

  /** No state can be lost, so none has to be made. */
  prepare(_rows: readonly TagRow[], states: TagStates): TagStates {
    return states;
  }

  /** No call waits for states. */
  lateStates(): undefined {}

  async close(): Promise<void> {}

  #get({ isOfKey, generationName }: TagRow): TagState | undefined {
    return (isOfKey ? this.#ofKeys : this.#ofTags).get(generationName);
  }

  #set({ isOfKey, generationName }: TagRow, state: TagState): void {
    if (!isOfKey && this.#ofTags.size >= MAX_KNOWN_TAGS) this.#forgetAll();
    (isOfKey ? this.#ofKeys : this.#ofTags).set(generationName, state);
  }

  /** A state that is forgotten must not make an older entry valid, so every entry becomes invalid. */
  #forgetAll(): void {
    this.#ofTags.clear();
    const state = { generation: randomUUID() };
    for (const { generationName } of this.#rowsOfAll) this.#ofTags.set(generationName, state);
  }
}
