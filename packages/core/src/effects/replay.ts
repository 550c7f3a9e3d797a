import { abortable } from './abortable.ts';
import type { Recording } from './recording.ts';

/** One reader of a recording. Leaving early is leaving for itself alone. */
export class Replay<Chunk> implements AsyncIterableIterator<Chunk> {
  readonly #recording: Recording<Chunk>;
  readonly #signal: AbortSignal | undefined;
  #index = 0;
  #hasLeft = false;

  constructor(recording: Recording<Chunk>, signal: AbortSignal | undefined) {
    this.#recording = recording;
    this.#signal = signal;
  }

  async next(): Promise<IteratorResult<Chunk, undefined>> {
    if (this.#hasLeft) return { done: true, value: undefined };
    const index = this.#index++; // taken at once: two calls of next() are two chunks
    const found = await abortable(this.#recording.at(index), this.#signal, () => this.#leave());
    if (found !== undefined) return { done: false, value: found.chunk };
    return this.return();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#leave();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#recording.leave();
  }
}
