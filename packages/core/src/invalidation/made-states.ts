import { randomUUID } from 'node:crypto';
import { type NewRow, type RowStore, type RowTexts, withDeadline } from '../store/index.ts';
import type { SeenStates, StateWriter } from './state-writer.ts';
import { NO_TAG_STATES, type TagRow, type TagState, type TagStates } from './tag-state.ts';

/** Milliseconds that a call may take, and its answer until it is stored. */
const LONGEST_CALL = 60 * 60_000;

/** An entry may be renewed or replaced, so a state lasts for longer than the entry that it is made for. */
const LIVES = 2;

/** The rows of one operation: its deadline has to be long enough for all of them. */
const MOST_ROWS = 500;

/** What the store holds after rows were added. Undefined if it does not answer. */
type Added = Promise<RowTexts | undefined>;

/** Rows that are added together. */
interface Batch {
  readonly rows: NewRow[];
  readonly added: Added;
  /** Resolves to whether they were added while calls wait. */
  readonly isInTime: Promise<boolean>;
  /** Resolves to whether the store was in time with these rows. Where it was not, calls do not wait for the batch after it. */
  readonly isPrompt: Promise<boolean>;
}

/** The state of a row that was missing. */
interface MadeState {
  /** The text of the row that this process wants to add. */
  readonly own: string;
  /** The text of the row that is stored. */
  readonly text: Promise<string | undefined>;
  readonly isInTime: Promise<boolean>;
}

interface LateStates {
  readonly missing: readonly TagRow[];
  readonly made: readonly MadeState[];
  /** Those that were stored before the call. */
  readonly states: TagStates;
  readonly prolonging: Promise<[string, TagState][][]>;
}

const isKnown = (named: readonly unknown[]): named is [string, TagState] => named[1] !== undefined;

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
  readonly #making = new Map<string, MadeState>();
  /** What becomes known of states after their calls have begun. */
  readonly #late = new WeakMap<TagStates, Promise<TagStates>>();
  /** The batch that has not begun. */
  #next: Batch | undefined;
  /** The batch that was started last. */
  #last: Batch | undefined;

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

  /** The states of an entry whose call did not wait for all of them. Undefined if it has waited. */
  lateStates(states: TagStates): Promise<TagStates> | undefined {
    return this.#late.get(states);
  }

  async #prepare(rows: readonly TagRow[], states: TagStates, entry: EntryLife): Promise<TagStates> {
    const missing = rows.filter(({ generationName }) => !states.has(generationName));
    const made = missing.map((row) => this.#make(row, entry.life));
    const short = rows.filter((row) => this.#isShort(states.get(row.generationName), entry));
    const prolonging = Promise.all(short.map((row) => this.#prolong(row, states, entry)));
    const inTime = made.map(({ isInTime }) => isInTime);
    if (short.length > 0) inTime.push(this.#isInTime(prolonging));
    const isLate = (await Promise.all(inTime)).includes(false);
    const texts = Promise.all(made.map(({ text }) => text));
    const prolonged = isLate ? [] : (await prolonging).flat();
    const known = isLate ? NO_TAG_STATES : this.#options.seen.statesIn(missing, await texts, 0);
    const prepared = new Map([...states, ...known, ...prolonged]);
    if (isLate) this.#late.set(prepared, this.#ownStates({ missing, made, states, prolonging }));
    return prepared;
  }

  /**
   * The states that this process has made: whatever is invalidated after a call has begun replaces them. Those of another
   * process may have been made after an invalidation whose row was lost.
   */
  async #ownStates({ missing, made, states, prolonging }: LateStates): Promise<TagStates> {
    const texts = await Promise.all(made.map(({ text }) => text));
    const own = missing.filter((_, index) => texts[index] === made[index]?.own);
    const all = this.#options.seen.statesIn(missing, texts, 0);
    const known = own.map(({ generationName }) => [generationName, all.get(generationName)]);
    return new Map([...states, ...known.filter(isKnown), ...(await prolonging).flat()]);
  }

  #isShort(state: TagState | undefined, { life = Number.POSITIVE_INFINITY }: EntryLife): boolean {
    const until = state?.until;
    return until !== undefined && until < this.#options.now() + life + LONGEST_CALL;
  }

  /** Milliseconds for which a row is stored. A store without atomic changes cannot prolong the life of a tag's row. */
  #ttlFor({ isOfKey }: TagRow, { life }: EntryLife): number | undefined {
    const mayEnd = isOfKey || this.#options.store.isAtomic;
    return mayEnd && life !== undefined ? LIVES * (life + LONGEST_CALL) : undefined;
  }

  /** The row is made if there is none. */
  #make(row: TagRow, life: number | undefined): MadeState {
    const making = this.#making.get(row.key);
    if (making !== undefined) return making;
    const ttl = this.#ttlFor(row, { life, isNew: true });
    const made = this.#add(this.#options.writer.rowFor(row, { generation: randomUUID() }, ttl));
    this.#making.set(row.key, made);
    void made.text.then(() => this.#making.delete(row.key));
    return made;
  }

  /** The rows that come while others are added are the next operation. */
  #add(row: NewRow): MadeState {
    const isFull = (this.#next?.rows.length ?? MOST_ROWS) >= MOST_ROWS;
    if (this.#next === undefined || isFull) this.#next = this.#startBatch(this.#last);
    this.#last = this.#next;
    const { rows, added, isInTime } = this.#next;
    const index = rows.push(row) - 1;
    return { own: row.value, text: added.then((texts) => texts?.[index]), isInTime };
  }

  /** It begins after the one before. Where that one fails or is late, calls do not wait for another one. */
  #startBatch(before: Batch | undefined): Batch {
    const rows: NewRow[] = [];
    const isAwaited = before?.isPrompt ?? Promise.resolve(true);
    const added = isAwaited.then(() => {
      if (this.#next?.rows === rows) this.#next = undefined;
      return this.#options.store.add(rows);
    });
    const isPrompt = isAwaited.then(() => this.#isInTime(added));
    const isInTime = isAwaited.then((wasPrompt) => wasPrompt && isPrompt);
    void added.then(() => {
      if (this.#last?.rows === rows) this.#last = undefined;
    });
    return { rows, added, isInTime, isPrompt };
  }

  async #isInTime(work: Promise<unknown>): Promise<boolean> {
    const result = await withDeadline(work, this.#options.store.patience).catch(() => undefined);
    return result !== undefined;
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
