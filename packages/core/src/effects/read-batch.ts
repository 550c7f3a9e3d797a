import type { Texts } from './rows.ts';

/** Some servers of many are away: those whose rows are elsewhere need not do without. */
export const PARTIAL = Symbol('partial');

/** Rows from a store; nothing where they cannot be had. Never rejects. */
export interface Readers {
  together(keys: readonly string[]): Promise<Texts | typeof PARTIAL | undefined>;
  alone(keys: readonly string[]): Promise<Texts | undefined>;
}

type Found = ReadonlyMap<string, string | undefined> | typeof PARTIAL | undefined;

interface Gathering {
  readonly keys: Set<string>;
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
    const { keys: all, found } = this.#gathering;
    for (const key of keys) all.add(key);
    const rows = await found;
    if (rows === PARTIAL) return this.#readers.alone(keys);
    return rows && keys.map((key) => rows.get(key));
  }

  #gather(): Gathering {
    const keys = new Set<string>();
    return { keys, found: this.#readSoon(keys) };
  }

  async #readSoon(keys: ReadonlySet<string>): Promise<Found> {
    await Promise.resolve(); // whoever asks in this turn is in time
    this.#gathering = undefined;
    const wanted = [...keys];
    const rows = await this.#readers.together(wanted);
    if (rows === PARTIAL || rows === undefined) return rows;
    return new Map(wanted.map((key, index) => [key, rows[index]]));
  }
}
