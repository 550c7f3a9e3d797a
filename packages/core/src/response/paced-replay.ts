import { startTimer } from '../options/index.ts';
import { abortable } from '../store/index.ts';

export interface Pace {
  /** Milliseconds to wait before each chunk. A chunk without a number does not wait. */
  readonly delays: readonly number[];
  /** The reader's own signal. */
  readonly signal?: AbortSignal | undefined;
  /** What comes after the chunks of a generator. @default nothing */
  readonly returned?: unknown;
}

const DONE = { done: true, value: undefined } as const;

/** One reader of a stored stream, at the pace at which its chunks were recorded. A reader that leaves ends its wait. */
export class PacedReplay<Chunk> implements AsyncIterableIterator<Chunk, unknown> {
  readonly #chunks: readonly Chunk[];
  readonly #pace: Pace;
  #index = 0;
  #turn: Promise<void> = Promise.resolve();
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(chunks: readonly Chunk[], pace: Pace) {
    this.#chunks = chunks;
    this.#pace = pace;
  }

  async next(): Promise<IteratorResult<Chunk, unknown>> {
    const index = this.#index++; // taken at once: two calls of next() are two chunks, one after the other
    const isPast = index >= this.#chunks.length;
    if (this.#isOver) return DONE;
    this.#turn = this.#turn.then(() => this.#wait(isPast ? 0 : (this.#pace.delays[index] ?? 0)));
    await abortable(this.#turn, this.#pace.signal, this.#leave);
    if (this.#isOver || index > this.#chunks.length) return DONE;
    if (isPast) return { done: true, value: this.#pace.returned };
    return { done: false, value: this.#chunks[index] as Chunk }; // below the length
  }

  async return(value?: unknown): Promise<IteratorReturnResult<unknown>> {
    this.#leave();
    return { done: true, value };
  }

  async throw(error: unknown): Promise<IteratorReturnResult<undefined>> {
    this.#leave();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wait(delay: number): Promise<void> | undefined {
    if (this.#isOver || delay <= 0) return undefined;
    return new Promise((resolve) => {
      const cancel = startTimer(delay, resolve, { ref: true });
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  readonly #leave = (): void => {
    this.#isOver = true;
    this.#wake?.();
  };
}
