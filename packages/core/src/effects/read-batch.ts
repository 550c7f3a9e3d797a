import { isPartial } from './error-says.ts';

type ReadAll = (keys: readonly string[]) => unknown;

interface Gathering {
  readonly keys: Set<string>;
  readonly rows: Promise<ReadonlyMap<string, unknown>>;
}

function rowsFor(rows: unknown, keys: readonly string[]): readonly unknown[] {
  if (Array.isArray(rows) && rows.length === keys.length) return rows;
  throw new TypeError('The store did not give one row for each key.');
}

/** Reads that are asked for together go to the store together: one round trip, and no key twice. */
export class ReadBatch {
  readonly #readAll: ReadAll;
  #gathering: Gathering | undefined;

  constructor(readAll: ReadAll) {
    this.#readAll = readAll;
  }

  async read(keys: readonly string[]): Promise<readonly unknown[]> {
    this.#gathering ??= this.#gather();
    const { keys: all, rows } = this.#gathering;
    for (const key of keys) all.add(key);
    const found = await rows.catch((error: unknown) => {
      if (isPartial(error)) return undefined;
      throw error;
    });
    // Where some servers of many are away, those whose rows are elsewhere need not do without.
    if (found === undefined) return rowsFor(await this.#readAll(keys), keys);
    return keys.map((key) => found.get(key));
  }

  #gather(): Gathering {
    const keys = new Set<string>();
    return { keys, rows: this.#readSoon(keys) };
  }

  async #readSoon(keys: ReadonlySet<string>): Promise<ReadonlyMap<string, unknown>> {
    await Promise.resolve(); // whoever asks in this turn is in time
    this.#gathering = undefined;
    const wanted = [...keys];
    const rows = rowsFor(await this.#readAll(wanted), wanted);
    return new Map(wanted.map((key, index) => [key, rows[index]]));
  }
}
