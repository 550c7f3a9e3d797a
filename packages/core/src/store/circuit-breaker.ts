/** Failures in a row until the store is left alone. */
const FAILURES_TO_OPEN = 3;

const FIRST_PAUSE = 500;

const LONGEST_PAUSE = 30_000;

export interface BreakerOptions {
  readonly now: () => number;
  /** Asks the store a harmless question. No caller waits for it. */
  readonly probe: () => Promise<unknown>;
  readonly onOpen: (failures: number) => void;
  readonly onClose: () => void;
}

/** Opens after repeated failures, so that a dead store costs nothing, and heals by itself. */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #pause = FIRST_PAUSE;
  #retryAt = 0;
  #isProbing = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#failures >= FAILURES_TO_OPEN;
  }

  /** May the store be asked? Where not, and a pause is over, a probe goes out behind the answer. */
  allows(): boolean {
    if (!this.isOpen) return true;
    if (!this.#isProbing && this.#options.now() >= this.#retryAt) void this.#probe();
    return false;
  }

  succeeded(): void {
    const wasOpen = this.isOpen;
    this.#failures = 0;
    this.#pause = FIRST_PAUSE;
    if (wasOpen) this.#options.onClose();
  }

  failed(): void {
    this.#failures += 1;
    if (this.#failures === FAILURES_TO_OPEN) this.#open();
  }

  /** Opens at once: to try again soon is of no use. */
  openAtOnce(): void {
    const wasOpen = this.isOpen;
    this.#failures = Math.max(this.#failures + 1, FAILURES_TO_OPEN);
    if (!wasOpen) this.#open();
  }

  #open(): void {
    this.#rest();
    this.#options.onOpen(this.#failures);
  }

  #rest(): void {
    this.#retryAt = this.#options.now() + this.#pause;
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  async #probe(): Promise<void> {
    this.#isProbing = true;
    try {
      await this.#options.probe();
      this.succeeded();
    } catch {
      this.#rest();
    } finally {
      this.#isProbing = false;
    }
  }
}
