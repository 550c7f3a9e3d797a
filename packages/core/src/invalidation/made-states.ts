import { randomUUID } from 'node:crypto';
import type { NewRow, RowStore, RowTexts } from '../store/index.ts';
import type { SeenStates, StateWriter } from './state-writer.ts';
import type { TagRow, TagState, TagStates } from './tag-state.ts';

/** Milliseconds that a call may take, and its answer until it is stored. */
const LONGEST_CALL = 60 * 60_000;

/** An entry may be renewed or replaced, so a state lasts for longer than the entry that it is made for. */
const LIVES = 2;

/** How long an entry is to be stored. */
export interface EntryLife {
  /** Milliseconds. @default for ever */
  readonly life: number | undefined;
  /** No valid entry is stored that would become invalid if the state of its key was another. */
  readonly isNew: boolean;
}

interface MadeStatesOptions {
  readonly store: RowStore;
  readonly seen: SeenStates;
  readonly writer: StateWriter;
  readonly now: () => number;
}

/**
 * Makes the states that are missing before a call begins: its entry is of the generation that whoever makes it first has
 * chosen. An older entry is of another one, so that it is invalid for all processes alike.
 */
export class MadeStates {
  readonly #options: MadeStatesOptions;
  readonly #making = new Map<string, Promise<string | undefined>>();
  #batch: { readonly rows: NewRow[]; readonly result: Promise<RowTexts | undefined> } | undefined;

  constructor(options: MadeStatesOptions) {
    this.#options = options;
  }

  /** The same states, and those that were missing. Each lasts for as long as the entry. */
  prepare(
    rows: readonly TagRow[],
    states: TagStates,
    entry: EntryLife,
  ): TagStates | Promise<TagStates> {
    const isReady = rows.every(({ generationName }) => {
      const state = states.get(generationName);
      return state !== undefined && !this.#isShort(state, entry);
    });
    return isReady ? states : this.#prepare(rows, states, entry);
  }

  async #prepare(rows: readonly TagRow[], states: TagStates, entry: EntryLife): Promise<TagStates> {
    const missing = rows.filter(({ generationName }) => !states.has(generationName));
    const texts = await Promise.all(missing.map((row) => this.#make(row, entry.life)));
    const made = this.#options.seen.statesIn(missing, texts, 0);
    const prolonged = await Promise.all(rows.map((row) => this.#prolong(row, states, entry)));
    return new Map([...states, ...made, ...prolonged.flat()]);
  }

  #isShort({ until }: TagState, { life = Number.POSITIVE_INFINITY }: EntryLife): boolean {
    return until !== undefined && until < this.#options.now() + life + LONGEST_CALL;
  }

  /** Milliseconds for which a row is stored. A store without atomic changes cannot prolong the life of a tag's row. */
  #ttlFor({ isOfKey }: TagRow, { life }: EntryLife): number | undefined {
    const mayEnd = isOfKey || this.#options.store.isAtomic;
    return mayEnd && life !== undefined ? LIVES * (life + LONGEST_CALL) : undefined;
  }

  /** The text of the row, which is made if there is none. Undefined if the store does not answer. */
  #make(row: TagRow, life: number | undefined): Promise<string | undefined> {
    const making = this.#making.get(row.key);
    if (making !== undefined) return making;
    const ttl = this.#ttlFor(row, { life, isNew: true });
    const made = this.#add(this.#options.writer.rowFor(row, { generation: randomUUID() }, ttl));
    this.#making.set(row.key, made);
    return made.finally(() => this.#making.delete(row.key));
  }

  /** The rows of one turn of the event loop are one operation of the store. */
  async #add(row: NewRow): Promise<string | undefined> {
    this.#batch ??= this.#startBatch();
    const { rows, result } = this.#batch;
    const index = rows.push(row) - 1;
    return (await result)?.[index];
  }

  #startBatch() {
    const rows: NewRow[] = [];
    const result = Promise.resolve().then(() => {
      this.#batch = undefined;
      return this.#options.store.add(rows);
    });
    return { rows, result };
  }

  /**
   * Lets a row that is stored last for as long as the entry, behind the call. Where a store cannot do this in one step,
   * a key gets another state, unless a valid entry needs the one that it has.
   */
  async #prolong(row: TagRow, states: TagStates, entry: EntryLife): Promise<[string, TagState][]> {
    const { store, seen, writer, now } = this.#options;
    const state = states.get(row.generationName);
    if (state === undefined || !this.#isShort(state, entry)) return [];
    const ttl = this.#ttlFor(row, entry);
    const text = seen.textOf(row, state);
    if (store.isAtomic) {
      const until = ttl === undefined ? undefined : now() + ttl;
      if (text !== undefined) void writer.replace(row, text, { ...state, until });
      return [];
    }
    if (!row.isOfKey || !entry.isNew) return [];
    const another = { ...state, generation: randomUUID() };
    return (await writer.write(row, another, ttl)) ? [[row.generationName, another]] : [];
  }
}
