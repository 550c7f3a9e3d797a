/**
 * A map of at most `max` entries. A full map forgets the eighth of its entries that was set longest ago, all at once. To find the
 * oldest entry alone takes microseconds for each set, because the search walks over every entry that was deleted before it.
 */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #max: number;

  constructor(max: number) {
    super();
    this.#max = max;
  }

  /** Sets the entry, which becomes the newest one. */
  override set(key: Key, value: Value): this {
    this.delete(key);
    if (this.size >= this.#max) this.#forgetOldest(Math.ceil(this.#max / 8));
    return super.set(key, value);
  }

  #forgetOldest(count: number): void {
    let left = count;
    for (const key of this.keys()) {
      if (left === 0) return;
      this.delete(key);
      left -= 1;
    }
  }
}
