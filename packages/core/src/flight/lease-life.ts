/** A lease is renewed so often in its life, so that one failure of the store does no harm. */
const RENEWALS = 3;

/** A lease lives longer by so many times the delay that was measured. */
const FACTOR = 3;

/** Milliseconds for which a delay is remembered: a machine that was busy may well be busy again. */
const MEMORY = 60_000;

/** Milliseconds that a lease lives at most, unless more were asked for. */
const LONGEST_LIFE = 60_000;

/** May a lease end before it is renewed, if its life was so long and the answer took so long? */
export const isTooShort = (life: number, took: number): boolean => took > life / RENEWALS;

/**
 * How long a lease lives. A process that gets no time renews it late, and so does one whose store is slow. Its leases live
 * longer then, because another process would call for the same keys as soon as they end.
 */
export class LeaseLife {
  /** Milliseconds between two renewals. */
  readonly interval: number;
  readonly #asked: number;
  #delay = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;

  constructor(asked: number) {
    this.#asked = asked;
    this.interval = asked / RENEWALS;
  }

  /** How many milliseconds a lease lives that is taken or renewed now. */
  get milliseconds(): number {
    const isRecent = performance.now() - this.#measuredAt < MEMORY;
    const longer = this.#asked + (isRecent ? FACTOR * this.#delay : 0);
    return Math.ceil(Math.min(longer, Math.max(this.#asked, LONGEST_LIFE)));
  }

  /** Takes note that a renewal, or its answer, came so many milliseconds later than it was due. */
  noteDelay(milliseconds: number): void {
    const now = performance.now();
    if (milliseconds < this.#delay && now - this.#measuredAt < MEMORY) return;
    this.#delay = milliseconds;
    this.#measuredAt = now;
  }
}
