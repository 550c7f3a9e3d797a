const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2000;

/** Tries again after a while, ever more rarely, with a single timer that keeps no process alive. */
export class RetryTimer {
  readonly #longPause: number;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `longPause`: milliseconds to rest where only somebody's hand mends the fault. */
  constructor(longPause: number) {
    this.#longPause = longPause;
  }

  /** At most one is under way: the earliest asked for. */
  start(attempt: () => void, fault: { readonly isPermanent: boolean }): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      attempt();
    }, this.#pauseAfter(fault)).unref();
  }

  /** All is well: the next failure is the first. */
  reset(): void {
    this.#failures = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #pauseAfter({ isPermanent }: { readonly isPermanent: boolean }): number {
    if (isPermanent) return this.#longPause;
    const longest = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE);
    this.#failures += 1;
    // Processes that lost the same server do not come back to it in step.
    return longest * (0.5 + Math.random() / 2);
  }
}
