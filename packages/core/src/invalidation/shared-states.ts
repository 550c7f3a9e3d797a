import type { EntryHeader } from '../entry/index.ts';
import { startTimer } from '../options/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import { type EntryLife, MadeStates } from './made-states.ts';
import { type Changes, type Pending, SeenStates, StateWriter } from './state-writer.ts';
import {
  type DependedOn,
  INVALID,
  NEVER,
  staleFromBy,
  staleFromKnown,
  stateOf,
  type TagRow,
  type TagStates,
} from './tag-state.ts';

/** How many generations each tag has. */
interface StateCounts {
  /** How many secrets there are, or 1. */
  readonly secrets: number;
  /** How many rows hold the state of one tag under one secret. */
  readonly copies: number;
}

/** From when on an entry is stale where states may be lost: each of its tags has to have the generation of the entry. */
function staleFromRequired(
  { generations = {} }: EntryHeader,
  states: TagStates,
  { tags, keys, secrets, copies }: DependedOn & StateCounts,
): number {
  let staleFrom = NEVER;
  let known = 0;
  const apply = (names: readonly string[], ofEach: number) => {
    for (let from = 0; from < names.length; from += ofEach) {
      const judged = judgeCopies(names, { from, to: from + ofEach, generations, states });
      if (judged.isKnown) known += 1;
      staleFrom = Math.min(staleFrom, judged.staleFrom);
    }
  };
  apply(tags, copies);
  // An entry that was written under one of the secrets has no generations under the others.
  const isOfSecret = known >= tags.length / copies / secrets;
  known = 0;
  apply(keys, 1);
  return isOfSecret && known > 0 ? staleFrom : INVALID;
}

interface Copies {
  readonly from: number;
  readonly to: number;
  readonly generations: Readonly<Record<string, string>>;
  readonly states: TagStates;
}

/**
 * One copy that has the generation of the entry suffices, because a change is written to all copies. A copy that was
 * only made anew says nothing, since it may have been lost, and one that was changed makes the entry invalid.
 */
function judgeCopies(names: readonly string[], { from, to, generations, states }: Copies) {
  let isKnown = false;
  let isMatch = false;
  let isInvalid = false;
  let haveOthersChanged = false;
  let staleFrom = NEVER;
  for (let index = from; index < to; index += 1) {
    const name = names[index] ?? '';
    const state = states.get(name);
    const stored = generations[name];
    if (stored !== undefined) isKnown = true;
    if (state === undefined) continue;
    const since = stored === undefined ? INVALID : staleFromBy(state, stored);
    if (since !== INVALID) isMatch = true;
    if (since !== INVALID) staleFrom = Math.min(staleFrom, since);
    else if (stored === undefined) haveOthersChanged ||= state.isChanged === true;
    else isInvalid ||= state.isChanged === true;
  }
  if (isKnown) return { isKnown, staleFrom: isMatch && !isInvalid ? staleFrom : INVALID };
  return { isKnown, staleFrom: haveOthersChanged ? INVALID : NEVER };
}

/** Milliseconds between two attempts to write what the store did not accept. */
const RETRY_EVERY = 1_000;

/**
 * Milliseconds. An invalidation is checked after once to twice as long: more than a write of another process may take,
 * and than a replica usually is behind.
 */
const CHECK_EVERY = 3_000;

interface SharedStatesOptions {
  readonly encryptions: readonly unknown[];
  /** The store loses no row by itself: a state that is missing was never changed. */
  readonly isLossless: boolean;
  readonly now: () => number;
}

/**
 * The states of tags and keys in a store that others see, too. Each is in a row of its own. It is loaded on demand,
 * because a cache over its own memory does not need it.
 */
export class SharedStates {
  readonly #store: RowStore;
  readonly #isRequired: boolean;
  readonly #counts: StateCounts;
  readonly #seen: SeenStates;
  readonly #writer: StateWriter;
  readonly #made: MadeStates;
  /** Rows that were invalidated here: those that the next check reads, and those of the one after it. */
  #unchecked = new Set<TagRow>();
  #uncheckedLater = new Set<TagRow>();
  #cancelRetry: (() => void) | undefined;
  #cancelCheck: (() => void) | undefined;
  #isClosed = false;

  constructor(store: RowStore, { encryptions, isLossless, now }: SharedStatesOptions) {
    const isRequired = !isLossless;
    const onRestored = (pending: Pending) => void this.#send([pending]);
    const seen = new SeenStates({ isRequired, onRestored });
    const writer = new StateWriter({ store, seen, isRequired, now });
    this.#store = store;
    this.#isRequired = isRequired;
    this.#counts = { secrets: encryptions.length, copies: store.copiesOf('').length };
    this.#seen = seen;
    this.#writer = writer;
    this.#made = new MadeStates({ store, seen, writer, now });
  }

  /** The states in the texts of these rows, of which the first is at `from`. */
  statesIn(rows: readonly TagRow[], texts: RowTexts, from: number): TagStates {
    return this.#seen.statesIn(rows, texts, from);
  }

  /** From when on an entry is stale. */
  staleFrom(header: EntryHeader, states: TagStates, dependedOn: DependedOn): number {
    return this.#isRequired
      ? staleFromRequired(header, states, { ...dependedOn, ...this.#counts })
      : staleFromKnown(header, states, dependedOn);
  }

  /** Resolves to undefined if the store does not answer. */
  async read(rows: readonly TagRow[]): Promise<TagStates | undefined> {
    const texts = await this.#store.read(rows.map(({ key }) => key));
    return texts === undefined ? undefined : this.statesIn(rows, texts, 0);
  }

  /** See `TagGenerations.prepare`. */
  prepare(
    rows: readonly TagRow[],
    states: TagStates,
    entry: EntryLife,
  ): TagStates | Promise<TagStates> {
    return this.#isRequired ? this.#made.prepare(rows, states, entry) : states;
  }

  /** See `TagGenerations.lateStates`. */
  lateStates(states: TagStates): Promise<TagStates> | undefined {
    return this.#made.lateStates(states);
  }

  /**
   * Another generation holds in this process from now on. The one before it is remembered, so that nothing brings it
   * back. Resolves to false if the store did not accept it; then it is written again until the store does.
   */
  async invalidate(rows: readonly TagRow[]): Promise<boolean> {
    const announced = rows.map((row) => this.#seen.announce(row));
    const texts = await this.#store.readLatest(rows.map(({ key }) => key));
    for (const [index, row] of rows.entries()) {
      const text = texts?.[index];
      if (text !== undefined) this.#seen.retire(row, stateOf(text, row));
    }
    const isSent = await this.#send(announced);
    this.#checkLater(rows);
    return isSent;
  }

  /** Changes what the store holds. Resolves as {@link invalidate} does. */
  change(rows: readonly TagRow[], changes: Changes): Promise<boolean> {
    const changed = rows.map((row) => {
      const { state, changes: before } = this.#seen.pending.get(row.key) ?? {};
      const isInvalidation = state !== undefined;
      return isInvalidation
        ? { row, state: { ...state, ...changes } }
        : { row, changes: { ...before, ...changes } };
    });
    for (const pending of changed) this.#seen.pending.set(pending.row.key, pending);
    return this.#send(changed);
  }

  /** Writes what the store has not accepted once more, and then gives it up. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#cancelCheck?.();
    await this.#send([...this.#seen.pending.values()]);
  }

  async #send(all: readonly Pending[]): Promise<boolean> {
    const sent = await Promise.all(all.map((pending) => this.#sendOne(pending)));
    const isSent = sent.every((isOneSent) => isOneSent);
    if (!isSent && !this.#isClosed) {
      this.#cancelRetry ??= startTimer(RETRY_EVERY, () => {
        this.#cancelRetry = undefined;
        void this.#send([...this.#seen.pending.values()]);
      });
    }
    return isSent;
  }

  async #sendOne(pending: Pending): Promise<boolean> {
    const { key } = pending.row;
    const isSent = await this.#writer.send(pending);
    if (isSent && this.#seen.pending.get(key) === pending) this.#seen.pending.delete(key);
    return isSent;
  }

  #checkLater(rows: readonly TagRow[]): void {
    for (const row of rows) this.#uncheckedLater.add(row);
    if (!this.#isClosed) this.#cancelCheck ??= startTimer(CHECK_EVERY, () => void this.#check());
  }

  /** By now, whatever another process wrote at the same time is in the store. A failover may have lost what this one wrote. */
  async #check(): Promise<void> {
    const due = [...this.#unchecked];
    this.#unchecked = this.#uncheckedLater;
    this.#uncheckedLater = new Set();
    const texts = due.length === 0 ? [] : await this.#store.readLatest(due.map(({ key }) => key));
    if (texts !== undefined) this.statesIn(due, texts, 0);
    this.#cancelCheck = undefined;
    const isDone = this.#unchecked.size === 0 && texts !== undefined;
    if (!isDone) this.#checkLater(texts === undefined ? due : []);
  }
}
