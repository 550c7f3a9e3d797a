type Rows = readonly (string | undefined)[];
type ReadAll = (keys: readonly string[]) => Promise<Rows>;

/** Reads that are asked for together go to the store together: one round trip for a whole batch of texts. */
export class ReadBatch {
  readonly #readAll: ReadAll;
  #gathering: { readonly keys: Set<string>; readonly rows: Promise<Map<string, string>> } | undefined;

  constructor(readAll: ReadAll) {
    this.#readAll = readAll;
  }

  async read(keys: readonly string[]): Promise<Rows> {
    this.#gathering ??= this.#gather();
    const { keys: all, rows } = this.#gathering;
    for (const key of keys) all.add(key);
    const found = await rows;
    return keys.map((key) => found.get(key));
  }

  #gather() {
    const keys = new Set<string>();
    return { keys, rows: this.#readSoon(keys) };
  }

  async #readSoon(keys: Set<string>): Promise<Map<string, string>> {
    await Promise.resolve(); // whoever asks in this turn is in time
    this.#gathering = undefined;
    const wanted = [...keys];
    const rows = await this.#readAll(wanted);
    const found = wanted.map((key, index) => [key, rows[index]] as const);
    return new Map(found.filter((row): row is readonly [string, string] => row[1] !== undefined));
  }
}
