/** Names that many entries share, each once, by the number under which a column has it. Number 0 is no name. */
export class NameTable {
  readonly names: (string | undefined)[] = [undefined];
  readonly #ids = new Map<string, number>();

  /** The number of this name. */
  add(name: string | undefined): number {
    if (name === undefined) return 0;
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.names.push(name) - 1;
    this.#ids.set(name, id);
    return id;
  }

  /** -1 for a name that no entry has. */
  idOf(name: string): number {
    return this.#ids.get(name) ?? -1;
  }

  nameOf(id: number | undefined): string | undefined {
    return this.names[id ?? 0];
  }

  /** Whether each name passes a test, by its number. No name passes none. */
  passing(test: (name: string) => boolean): Uint8Array {
    return Uint8Array.from(this.names, (name) => (name !== undefined && test(name) ? 1 : 0));
  }

  /** The place of each name among all of them in order, by its number. No name is the first. */
  ranks(): Uint32Array {
    const ranks = new Uint32Array(this.names.length);
    const sorted = this.names.slice(1).sort(); // none of them is undefined
    for (const [rank, name] of sorted.entries()) ranks[this.idOf(name ?? '')] = rank + 1;
    return ranks;
  }

  /** The first names in order. */
  first(most: number): readonly string[] {
    const known = this.names.filter((name) => name !== undefined);
    return known.sort().slice(0, most);
  }
}
