import { abortable } from '../flight/abortable.ts';
import type { Recording } from './recording.ts';

/** One reader of a recording. Leaving early is leaving for itself alone. */
export class Replay<Chunk> implements AsyncIterableIterator<Chunk> {
  readonly #recording: Recording<Chunk>;
  readonly #signal: AbortSignal | undefined;
  #index = 0;
  #isOver = false;
  #hasLeft = false;

  constructor(recording: Recording<Chunk>, signal: AbortSignal | undefined) {
    this.#recording = recording;
    this.#signal = signal;
    // Heard between two reads as well: a reader that aborts need not come back to say so.
    if (signal?.aborted === true) this.#leave();
    else signal?.addEventListener('abort', this.#leave, { once: true });
  }

  async next(): Promise<IteratorResult<Chunk, undefined>> {
    if (this.#isOver) return { done: true, value: undefined };
    const index = this.#index++; // taken at once: two calls of next() are two chunks
    try {
      const found = await abortable(this.#recording.at(index), this.#signal, this.#leave);
      if (found !== undefined) return { done: false, value: found.chunk };
    } catch (error) {
      await this.return();
      throw error;
    }
    return this.return();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#isOver = true;
    this.#leave();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #leave = (): void => {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#signal?.removeEventListener('abort', this.#leave);
    this.#recording.leave();
  };
}
