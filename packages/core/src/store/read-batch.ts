import type { Texts } from './rows.ts';

/** Some servers of many are away: those whose rows are elsewhere need not do without. */
export const PARTIAL = Symbol('partial');

/** Rows from a store; nothing where they cannot be had. Never rejects. */
export interface Readers {
  together(keys: readonly string[]): Promise<Texts | typeof PARTIAL | undefined>;
  alone(keys: readonly string[]): Promise<Texts | undefined>;
}

type Found = Texts | typeof PARTIAL | undefined;

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

  async read(keys: readonly string[]): Promise<Texts | undefined> {
    this.#gathering ??= this.#gather();
    const { places, found } = this.#gathering;
    for (const key of keys) if (!places.has(key)) places.set(key, places.size);
    const rows = await found;
    if (rows === PARTIAL) return this.#readers.alone(keys);
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
