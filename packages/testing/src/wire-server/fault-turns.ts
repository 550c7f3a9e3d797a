import type { Fault } from './exchange.ts';

/** Counts how many requests each fault has met, so that the next one of a list gets its turn. */
export class FaultTurns {
  readonly #met = new Map<Fault, number>();

  /** The first fault that is not used up yet. */
  next(faults: readonly Fault[]): Fault | undefined {
    const fault = faults.find((candidate) => this.#isDue(candidate));
    if (fault !== undefined) this.#met.set(fault, this.#timesMet(fault) + 1);
    return fault;
  }

  reset(): void {
    this.#met.clear();
  }

  #isDue(fault: Fault): boolean {
    return this.#timesMet(fault) < (fault.times ?? Number.POSITIVE_INFINITY);
  }

  #timesMet(fault: Fault): number {
    return this.#met.get(fault) ?? 0;
  }
}
