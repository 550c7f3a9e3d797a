/** Keys by the place of their next use, the latest first: a binary heap. */
export class LatestFirst {
  readonly #places: number[] = [];
  readonly #keys: string[] = [];

  push(place: number, key: string): void {
    let index = this.#places.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#at(parent) >= place) break;
      this.#put(index, this.#at(parent), this.#keys[parent] ?? '');
      index = parent;
    }
    this.#put(index, place, key);
  }

  pop(): { readonly place: number; readonly key: string } | undefined {
    const [place, key] = [this.#places[0], this.#keys[0]];
    if (place === undefined || key === undefined) return undefined;
    const [last, lastKey] = [this.#places.pop() ?? 0, this.#keys.pop() ?? ''];
    if (this.#places.length > 0) this.#sink(last, lastKey);
    return { place, key };
  }

  #sink(place: number, key: string): void {
    let index = 0;
    for (let child = 1; child < this.#places.length; child = 2 * index + 1) {
      const larger = this.#at(child + 1) > this.#at(child) ? child + 1 : child;
      if (this.#at(larger) <= place) break;
      this.#put(index, this.#at(larger), this.#keys[larger] ?? '');
      index = larger;
    }
    this.#put(index, place, key);
  }

  #at(index: number): number {
    return this.#places[index] ?? Number.NEGATIVE_INFINITY;
  }

  #put(index: number, place: number, key: string): void {
    this.#places[index] = place;
    this.#keys[index] = key;
  }
}
