/** Failures in a row after which the store is not asked for a while. */
const FAILURES_TO_OPEN = 3;

/** Milliseconds from the opening to the first probe. The pause doubles after each probe that fails. */
const FIRST_PAUSE = 500;

const LONGEST_PAUSE = 30_000;

export interface BreakerOptions {
  readonly now: () => number;
  /** Asks the store a harmless question. No caller waits for it. */
  readonly probe: () => Promise<unknown>;
  readonly onOpen: (failures: number) => void;
  readonly onClose: () => void;
}

/** Opens after repeated failures, so that no call waits for a store that does not answer. It closes when a probe succeeds. */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #pause = FIRST_PAUSE;
  /** The end and the length of the pause that was started last, in milliseconds. */
  #retryAt = 0;
  #pausedFor = 0;
  #isProbing = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#failures >= FAILURES_TO_OPEN;
  }

  /** May the store be asked? If it may not and the pause is over, this starts a probe in the background. */
  allows(): boolean {
    if (!this.isOpen) return true;
    if (!this.#isProbing && !this.#isPausing()) void this.#probe();
    return false;
  }

  #isPausing(): boolean {
    const left = this.#retryAt - this.#options.now();
    return left > 0 && left <= this.#pausedFor; // more is left only where the clock was set back
  }

  succeeded(): void {
    const wasOpen = this.isOpen;
    this.#failures = 0;
    this.#pause = FIRST_PAUSE;
    if (wasOpen) this.#options.onClose();
  }

  failed(): void {
    this.#setFailures(this.#failures + 1);
  }

  /** For a failure that a second attempt cannot change. */
  openAtOnce(): void {
    this.#setFailures(Math.max(this.#failures + 1, FAILURES_TO_OPEN));
  }

  #setFailures(failures: number): void {
    const wasOpen = this.isOpen;
    this.#failures = failures;
    if (wasOpen || !this.isOpen) return;
    this.#startPause();
    this.#options.onOpen(failures);
  }

  #startPause(): void {
    this.#pausedFor = this.#pause;
    this.#retryAt = this.#options.now() + this.#pausedFor;
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  async #probe(): Promise<void> {
    this.#isProbing = true;
    try {
      await this.#options.probe();
      this.succeeded();
    } catch {
      this.#startPause();
    } finally {
      this.#isProbing = false;
    }
  }
}
