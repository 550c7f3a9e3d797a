import { randomUUID } from 'node:crypto';
import { BoundedMap } from '../key/index.ts';
import type { RowTexts } from '../store/index.ts';
import { MAX_KNOWN_TAGS, stateOf } from './tag-rows.ts';
import { NO_TAG_STATES, type TagRow, type TagState, type TagStates } from './tag-state.ts';

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
