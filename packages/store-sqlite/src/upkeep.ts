/** Milliseconds from the first use to the first turn, and from then on between two. */
const FIRST_WAIT = 1_000;
const WAIT = 60_000;

/** Does a task now and then for as long as the store is used. Keeps no process alive. */
export class Upkeep {
  readonly #task: () => Promise<unknown>;
  #wait: number;
  readonly #waitAfter: number;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  constructor(task: () => Promise<unknown>, { first = FIRST_WAIT, after = WAIT } = {}) {
    this.#task = task;
    this.#wait = first;
    this.#waitAfter = after;
  }

  noteUse(): void {
    if (this.#timer !== undefined || this.#isEnded) return;
    this.#timer = setTimeout(() => void this.#turn(), this.#wait).unref();
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  async #turn(): Promise<void> {
    // What fails now is done in the next turn.
    await this.#task().catch(() => {});
    this.#wait = this.#waitAfter;
    this.#timer = undefined;
  }
}
