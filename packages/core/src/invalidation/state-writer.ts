import { randomUUID } from 'node:crypto';
import type { NewRow, RowStore } from '../store/index.ts';
import type { Changes, Pending, SeenStates } from './seen-states.ts';
import { stateOf, textOfState } from './tag-rows.ts';
import type { TagRow, TagState } from './tag-state.ts';

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
