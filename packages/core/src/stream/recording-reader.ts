import { abortable } from '../store/index.ts';

/** What a reader needs of a recording. */
interface Readable<Chunk> {
  /** A copy of the chunk at `index`, when it has arrived. Undefined after the last chunk. */
  at(index: number, sent?: unknown): Promise<{ readonly chunk: Chunk } | undefined>;
  returned(): unknown;
  enter(place: Place): void;
  leave(place: Place): void;
}

type Visited = Pick<Readable<unknown>, 'enter' | 'leave'>;

/** The place of one reader among those of a recording. It does not hold the reader, which may be dropped without a word. */
export class Place {
  /** How many chunks it was given. */
  position = 0;
  readonly #recording: Visited;
  readonly #signal: AbortSignal | undefined;
  #hasLeft = false;

  constructor(recording: Visited, signal: AbortSignal | undefined) {
    this.#recording = recording;
    this.#signal = signal;
    recording.enter(this);
    // An abort between two reads counts too, because the reader may never call next() again.
    if (signal?.aborted === true) this.leave();
    else signal?.addEventListener('abort', this.leave, { once: true });
  }

  readonly leave = (): void => {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#signal?.removeEventListener('abort', this.leave);
    this.#recording.leave(this);
  };
}

/** A reader that nobody has any more leaves, so that its signal, which may outlive thousands of answers, keeps no listener. */
const dropped = new FinalizationRegistry<Place>((place) => place.leave());

/** One reader of a recording. When it leaves early, the other readers continue. */
export class RecordingReader<Chunk> implements AsyncIterableIterator<Chunk, unknown, unknown> {
  readonly #recording: Readable<Chunk>;
  readonly #signal: AbortSignal | undefined;
  readonly #place: Place;
  #index = 0;
  #isOver = false;

  constructor(recording: Readable<Chunk>, signal: AbortSignal | undefined) {
    this.#recording = recording;
    this.#signal = signal;
    this.#place = new Place(recording, signal);
    dropped.register(this, this.#place);
  }

  /** @param sent a value for a generator, which gets it as the result of its `yield` */
  async next(sent?: unknown): Promise<IteratorResult<Chunk, unknown>> {
    if (this.#isOver) return { done: true, value: undefined };
    const index = this.#index++; // taken at once: two calls of next() are two chunks
    try {
      const coming = this.#recording.at(index, sent);
      const found = await abortable(coming, this.#signal, this.#place.leave);
      this.#place.position = index + 1;
      if (found !== undefined) return { done: false, value: found.chunk };
    } catch (error) {
      await this.return();
      throw error;
    }
    await this.return();
    return { done: true, value: this.#recording.returned() };
  }

  /** @param value what the caller wants to get back, as a generator gives it */
  async return(value?: unknown): Promise<IteratorReturnResult<unknown>> {
    this.#isOver = true;
    this.#place.leave();
    return { done: true, value };
  }

  async throw(error: unknown): Promise<IteratorReturnResult<undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
