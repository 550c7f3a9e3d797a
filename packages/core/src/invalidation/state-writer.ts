import { randomUUID } from 'node:crypto';
import { BoundedMap } from '../key/index.ts';
import type { NewRow, RowStore, RowTexts } from '../store/index.ts';
import {
  MAX_KNOWN_TAGS,
  NO_TAG_STATES,
  stateOf,
  type TagRow,
  type TagState,
  type TagStates,
  textOfState,
} from './tag-state.ts';

/** What becomes of a state. */
export type Changes = Omit<TagState, 'generation'>;

/** A change that the store has not accepted yet. */
export interface Pending {
  readonly row: TagRow;
  /** The state after an invalidation. What the store holds is older, whatever it is. */
  readonly state?: TagState | undefined;
  /** What becomes of the state that the store holds. */
  readonly changes?: Changes | undefined;
}

interface Seen {
  readonly text: string;
  readonly state: TagState;
}

interface SeenStatesOptions {
  /** A state that is missing may have been lost, because the store may lose rows one by one. */
  readonly isRequired: boolean;
  /** The row holds a generation that was replaced. Another one is announced, and has to be written. */
  readonly onRestored: (another: Pending) => void;
}

/** The states in the rows of a shared store, as this process reads them. */
export class SeenStates {
  /** By the key of the row. */
  readonly pending = new Map<string, Pending>();
  readonly #seen = new BoundedMap<string, Seen>(MAX_KNOWN_TAGS);
  /** Generations that were replaced: a row that holds one again was restored, or written by who had read it before. */
  readonly #retired = new BoundedMap<string, true>(MAX_KNOWN_TAGS);
  readonly #options: SeenStatesOptions;

  constructor(options: SeenStatesOptions) {
    this.#options = options;
  }

  /** The states in the texts of these rows, of which the first is at `from`. */
  statesIn(rows: readonly TagRow[], texts: RowTexts, from: number): TagStates {
    let states: Map<string, TagState> | undefined;
    let index = from;
    for (const row of rows) {
      const state = this.#stateIn(texts[index++], row);
      if (state === undefined) continue;
      states ??= new Map();
      states.set(row.generationName, state);
    }
    return states ?? NO_TAG_STATES;
  }

  /** The text in which this state was read. */
  textOf({ key }: TagRow, state: TagState): string | undefined {
    const seen = this.#seen.get(key);
    return seen?.state === state ? seen.text : undefined;
  }

  /** The store holds this text from now on. */
  accept(row: TagRow, text: string): void {
    this.#seen.set(row.key, { text, state: stateOf(text, row) });
  }

  /** From now on, this generation makes no entry valid. */
  retire({ key, generationName }: TagRow, { generation }: TagState): void {
    this.#retired.set(`${generationName} ${generation}`, true);
    if (this.#seen.get(key)?.state.generation === generation) this.#seen.delete(key);
  }

  /** From now on, another generation holds in this process. */
  announce(row: TagRow): Pending & { readonly state: TagState } {
    const seen = this.#seen.get(row.key);
    if (seen !== undefined) this.retire(row, seen.state);
    const pending = { row, state: { generation: randomUUID(), isChanged: true } };
    this.pending.set(row.key, pending);
    return pending;
  }

  #stateIn(text: string | undefined, row: TagRow): TagState | undefined {
    const pending = this.pending.size === 0 ? undefined : this.pending.get(row.key);
    if (pending?.state !== undefined) return pending.state;
    const stored = text === undefined ? undefined : this.#stored(text, row);
    if (pending?.changes === undefined) return stored;
    if (stored === undefined && this.#options.isRequired) return undefined;
    return { ...(stored ?? { generation: '' }), ...pending.changes };
  }

  #stored(text: string, row: TagRow): TagState | undefined {
    const seen = this.#seen.get(row.key);
    if (seen?.text === text) return seen.state;
    const state = stateOf(text, row);
    if (this.#retired.has(`${row.generationName} ${state.generation}`)) {
      const another = this.announce(row);
      this.#options.onRestored(another);
      return another.state;
    }
    const isReplaced = seen !== undefined && seen.state.generation !== state.generation;
    if (isReplaced) this.retire(row, seen.state);
    this.#seen.set(row.key, { text, state });
    return state;
  }
}

/** Milliseconds for which a state that was changed is stored, if no entry needs it for longer. */
const CHANGED_FOR = 30 * 24 * 60 * 60_000;

/** Times that a state is read again because another process has changed it meanwhile. */
const MOST_TRIES = 10;

interface StateWriterOptions {
  readonly store: RowStore;
  readonly seen: SeenStates;
  /** The store may lose rows one by one. */
  readonly isRequired: boolean;
  readonly now: () => number;
}

/** Writes one state after the other into the rows of a shared store. */
export class StateWriter {
  readonly #options: StateWriterOptions;

  constructor(options: StateWriterOptions) {
    this.#options = options;
  }

  /** The row for a state that is to be stored for `ttl` milliseconds. */
  rowFor(row: TagRow, state: TagState, ttl: number | undefined): NewRow {
    const until = ttl === undefined ? undefined : Math.floor(this.#options.now() + ttl);
    return { key: row.key, value: textOfState(row, { ...state, until }), ttl };
  }

  /** Resolves to whether the store accepted it. */
  async write(row: TagRow, state: TagState, ttl: number | undefined): Promise<boolean> {
    const { store, seen } = this.#options;
    const { key, value } = this.rowFor(row, state, ttl);
    const isWritten = await store.write(key, value, ttl);
    if (isWritten) seen.accept(row, value);
    return isWritten;
  }

  /**
   * Writes a state in place of the one in this text. Resolves to false if another process has changed it since, and to
   * undefined if the store does not answer.
   */
  async replace(row: TagRow, text: string, state: TagState): Promise<boolean | undefined> {
    const { store, seen, now } = this.#options;
    const ttl = state.until === undefined ? undefined : Math.max(1, state.until - now());
    const next = this.rowFor(row, state, ttl);
    const isReplaced = await store.replace(next, text);
    if (isReplaced === true) seen.accept(row, next.value);
    return isReplaced;
  }

  /** Resolves to whether the store accepted the change. */
  send({ row, state, changes }: Pending): Promise<boolean> {
    if (state === undefined) return this.#sendChanges(row, changes ?? {});
    return this.write(row, state, this.#changedFor(row));
  }

  /** A store without atomic changes cannot prolong the life of a tag's row. */
  #changedFor({ isOfKey }: TagRow): number | undefined {
    const { isRequired, store } = this.#options;
    return isOfKey || (isRequired && store.isAtomic) ? CHANGED_FOR : undefined;
  }

  /** An expiry does not undo what was invalidated since, because it replaces only the state that it has read. */
  async #sendChanges(row: TagRow, changes: Changes): Promise<boolean> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const texts = await this.#options.store.readLatest([row.key]);
      if (texts === undefined) return false;
      const [text] = texts;
      const isSent =
        text === undefined
          ? await this.#addFirst(row, changes)
          : await this.replace(row, text, { ...stateOf(text, row), ...changes });
      if (isSent !== false) return isSent === true;
    }
    return false;
  }

  async #addFirst(row: TagRow, changes: Changes): Promise<boolean | undefined> {
    const { isRequired, store } = this.#options;
    if (isRequired && changes.served === undefined) return true; // without a state, no entry is valid
    const state = { generation: isRequired ? randomUUID() : '', ...changes };
    const next = this.rowFor(row, state, this.#changedFor(row));
    const texts = await store.add([next]);
    return texts && texts[0] === next.value;
  }
}
