import type { NamedTally } from './day-book.ts';
import { addTally, emptyTally } from './tally.ts';

/** Tallies of many processes, one for each day, provider and model: however many wrote, this stays small. */
export class TallySum {
  readonly #tallies = new Map<string, NamedTally>();

  addAll(tallies: readonly NamedTally[]): void {
    for (const { tally, ...name } of tallies) {
      const id = JSON.stringify([name.day, name.provider, name.model]);
      const sum = this.#tallies.get(id) ?? { ...name, tally: emptyTally() };
      addTally(sum.tally, tally);
      this.#tallies.set(id, sum);
    }
  }

  [Symbol.iterator](): Iterator<NamedTally> {
    return this.#tallies.values();
  }
}
