import { isPartial } from './error-says.ts';
import { PARTIAL, ReadBatch } from './read-batch.ts';
import type { Texts } from './rows.ts';
import type { Store } from './store.ts';
import { FAULT, type StoreGuard } from './store-guard.ts';

/** A foreign value is no text of ours, and no miss of the reader's making. */
export function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function partialOrThrow(error: unknown): typeof PARTIAL {
  if (isPartial(error)) return PARTIAL;
  throw error;
}

/** The texts under keys, as soon as the store has them: nothing where it fails, which is told. */
export class GuardedReads {
  readonly #store: Store;
  readonly #guard: StoreGuard;
  readonly #timeout: number;
  readonly #batch: ReadBatch;

  constructor(store: Store, guard: StoreGuard, timeout: number) {
    this.#store = store;
    this.#guard = guard;
    this.#timeout = timeout;
    this.#batch = new ReadBatch({
      together: (keys) => this.#attempt(() => this.#getAll(keys).catch(partialOrThrow)),
      alone: (keys) => this.#attempt(() => this.#getAll(keys)),
    });
  }

  read(keys: readonly string[]): Promise<Texts | undefined> {
    // Nothing is gained by gathering what is answered in the call itself.
    const isAlone = this.#store.isImmediate === true;
    return isAlone ? this.#attempt(() => this.#getAll(keys)) : this.#batch.read(keys);
  }

  /** The same in the call itself; nothing where the store needs time, or fails. */
  readNow(keys: readonly string[]): Texts | undefined {
    const store = this.#store;
    if (store.isImmediate !== true) return undefined;
    return this.#guard.attemptNow(() => {
      const texts: (string | undefined)[] = [];
      for (const key of keys) texts.push(textOrNothing(store.get(key)));
      return texts;
    });
  }

  async #attempt<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    const answer = await this.#guard.attempt('get', this.#timeout, ask);
    return answer === FAULT ? undefined : answer;
  }

  async #getAll(keys: readonly string[]): Promise<Texts> {
    // One that throws must not leave the others' rejections to nobody.
    const each = () => Promise.all(keys.map(async (key) => this.#store.get(key)));
    const store = this.#store;
    const rows = await (store.getMany === undefined ? each() : store.getMany([...keys]));
    if (Array.isArray(rows) && rows.length === keys.length) return rows.map(textOrNothing);
    throw new TypeError('The store did not give one row for each key.');
  }
}
