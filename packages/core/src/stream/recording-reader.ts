import { abortable } from '../store/index.ts';

/** What a reader needs of a recording. */
interface Readable<Chunk> {
  /** A copy of the chunk at `index`, when it has arrived. Undefined after the last chunk. */
  at(index: number, sent?: unknown): Promise<{ readonly chunk: Chunk } | undefined>;
  returned(): unknown;
  leave(): void;
}

/** One reader of a recording. When it leaves early, the other readers continue. */
export class RecordingReader<Chunk> implements AsyncIterableIterator<Chunk, unknown, unknown> {
  readonly #recording: Readable<Chunk>;
  readonly #signal: AbortSignal | undefined;
  #index = 0;
  #isOver = false;
  #hasLeft = false;

  constructor(recording: Readable<Chunk>, signal: AbortSignal | undefined) {
    this.#recording = recording;
    this.#signal = signal;
    // An abort between two reads counts too, because the reader may never call next() again.
    if (signal?.aborted === true) this.#leave();
    else signal?.addEventListener('abort', this.#leave, { once: true });
  }

  /** @param sent a value for a generator, which gets it as the result of its `yield` */
  async next(sent?: unknown): Promise<IteratorResult<Chunk, unknown>> {
    if (this.#isOver) return { done: true, value: undefined };
    const index = this.#index++; // taken at once: two calls of next() are two chunks
    try {
      const found = await abortable(this.#recording.at(index, sent), this.#signal, this.#leave);
      if (found !== undefined) return { done: false, value: found.chunk };
    } catch (error) {
      await this.return();
      throw error;
    }
    await this.return();
    return { done: true, value: this.#recording.returned() };
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#isOver = true;
    this.#leave();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorReturnResult<undefined>> {
    await this.return();
    throw error;
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
