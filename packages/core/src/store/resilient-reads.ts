import type { RowTexts, Store } from './store.ts';
import { isPartialOutage } from './store-failure.ts';
import { FAILED, type StoreGuard } from './store-guard.ts';

/** Some servers of many are away: those whose rows are elsewhere need not do without. */
export const PARTIAL_OUTAGE = Symbol('partial');

/** Rows from a store; nothing where they cannot be had. Never rejects. */
export interface Readers {
  together(keys: readonly string[]): Promise<RowTexts | typeof PARTIAL_OUTAGE | undefined>;
  alone(keys: readonly string[]): Promise<RowTexts | undefined>;
}

type Found = RowTexts | typeof PARTIAL_OUTAGE | undefined;

interface Gathering {
  /** Each with its place among the rows. */
  readonly places: Map<string, number>;
  readonly found: Promise<Found>;
}

/** Reads that are asked for together go to the store together: one round trip, one deadline, and no key twice. */
export class ReadBatch {
  readonly #readers: Readers;
  #gathering: Gathering | undefined;

  constructor(readers: Readers) {
    this.#readers = readers;
  }

  async read(keys: readonly string[]): Promise<RowTexts | undefined> {
    this.#gathering ??= this.#gather();
    const { places, found } = this.#gathering;
    for (const key of keys) if (!places.has(key)) places.set(key, places.size);
    const rows = await found;
    if (rows === PARTIAL_OUTAGE) return this.#readers.alone(keys);
    return rows && keys.map((key) => rows[places.get(key) ?? Number.NaN]); // each has one
  }

  #gather(): Gathering {
    const places = new Map<string, number>();
    return { places, found: this.#readSoon(places) };
  }

  async #readSoon(places: ReadonlyMap<string, number>): Promise<Found> {
    await Promise.resolve(); // whoever asks in this turn is in time
    this.#gathering = undefined;
    return this.#readers.together([...places.keys()]);
  }
}

/** A foreign value is no text of ours, and no miss of the reader's making. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function partialOrThrow(error: unknown): typeof PARTIAL_OUTAGE {
  if (isPartialOutage(error)) return PARTIAL_OUTAGE;
  throw error;
}

/** The texts under keys, as soon as the store has them: nothing where it fails, which is told. */
export class ResilientReads {
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

  read(keys: readonly string[]): Promise<RowTexts | undefined> {
    // Nothing is gained by gathering what is answered in the call itself.
    const isAlone = this.#store.isImmediate === true;
    return isAlone ? this.#attempt(() => this.#getAll(keys)) : this.#batch.read(keys);
  }

  /** The same in the call itself; nothing where the store needs time, or fails. */
  readNow(keys: readonly string[]): RowTexts | undefined {
    const store = this.#store;
    if (store.isImmediate !== true) return undefined;
    return this.#guard.attemptNow(() => {
      const texts: (string | undefined)[] = [];
      for (const key of keys) texts.push(textOf(store.get(key)));
      return texts;
    });
  }

  async #attempt<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    const answer = await this.#guard.attempt('get', this.#timeout, ask);
    return answer === FAILED ? undefined : answer;
  }

  async #getAll(keys: readonly string[]): Promise<RowTexts> {
    // One that throws must not leave the others' rejections to nobody.
    const each = () => Promise.all(keys.map(async (key) => this.#store.get(key)));
    const store = this.#store;
    const rows = await (store.getMany === undefined ? each() : store.getMany([...keys]));
    if (Array.isArray(rows) && rows.length === keys.length) return rows.map(textOf);
    throw new TypeError('The store did not give one row for each key.');
  }
}
