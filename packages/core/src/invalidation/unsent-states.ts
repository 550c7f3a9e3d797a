import { startTimer } from '../options/index.ts';
import type { RowStore } from '../store/index.ts';
import { parseTagState, type TagRow, type TagState } from './tag-state.ts';

/** Milliseconds between two attempts to write what the store did not accept. */
const RETRY_EVERY = 1_000;

interface Unsent {
  readonly row: TagRow;
  readonly state: TagState;
}

/**
 * States that are being written, or that the store did not accept: what the store holds is older. They are written
 * again until the store accepts them, because an invalidation must also reach the other processes.
 */
export class UnsentStates {
  readonly #store: RowStore;
  readonly #states = new Map<string, Unsent>();
  #cancelRetry: (() => void) | undefined;

  constructor(store: RowStore) {
    this.#store = store;
  }

  /** The state that the row under this key is to hold. */
  get(key: string): TagState | undefined {
    return this.#states.size === 0 ? undefined : this.#states.get(key)?.state;
  }

  /** Lets the state hold in this process until it is written. */
  announce(row: TagRow, state: TagState): void {
    this.#states.set(row.key, { row, state });
  }

  /** Resolves to whether the store accepted the state. If it did not, the state is written again later. */
  async write(row: TagRow, state: TagState): Promise<boolean> {
    const unsent = { row, state };
    this.#states.set(row.key, unsent);
    const isWritten = await this.#send(unsent);
    if (!isWritten) this.#retryLater();
    return isWritten;
  }

  /** Writes what is left once more, and then gives it up. */
  async close(): Promise<void> {
    this.#cancelRetry?.();
    await this.#sendAll();
  }

  async #send(unsent: Unsent): Promise<boolean> {
    const { key, encryption, ttl } = unsent.row;
    const text = encryption.encryptText(key, JSON.stringify(unsent.state));
    const isWritten = await this.#store.write(key, text, ttl);
    if (isWritten && this.#states.get(key) === unsent) this.#states.delete(key);
    return isWritten;
  }

  async #sendAll(): Promise<boolean> {
    const sent = await Promise.all(
      [...this.#states.values()].map((unsent) => this.#sendAgain(unsent)),
    );
    return sent.every((isWritten) => isWritten);
  }

  /** An expiry does not undo what was invalidated since. */
  async #sendAgain(unsent: Unsent): Promise<boolean> {
    const { row, state } = unsent;
    if (state.expiry === undefined) return this.#send(unsent);
    const [text] = (await this.#store.read([row.key])) ?? [];
    const stored = parseTagState(text && row.encryption.decryptText(row.key, text));
    if (stored === undefined || stored.generation === state.generation) return this.#send(unsent);
    if (this.#states.get(row.key) === unsent) this.#states.delete(row.key);
    return true;
  }

  #retryLater(): void {
    this.#cancelRetry ??= startTimer(RETRY_EVERY, () => void this.#retry());
  }

  async #retry(): Promise<void> {
    const isDone = await this.#sendAll();
    this.#cancelRetry = undefined;
    if (!isDone) this.#retryLater();
  }
}
