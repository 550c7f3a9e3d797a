import type { Verdict } from '../adapter/index.ts';
import { abortable } from '../store/index.ts';

/** Looks at a stream as it passes and says when, and how, it ended. */
export interface StreamWatcher<Chunk> {
  /** Sees every chunk once, in order. True at the provider's own terminal marker. */
  observe(chunk: Chunk): boolean;
  /** Asked once: at the marker, or where the stream ended without one. */
  verdict(): Verdict;
}

/** A live stream, and how its chunks become texts that can be stored, and back. */
interface StreamSource<Chunk> {
  readonly upstream: AsyncIterator<Chunk>;
  readonly watcher: StreamWatcher<Chunk>;
  /** @throws where the chunk would come back as something else. */
  encode(chunk: Chunk): string;
  decode(text: string): Chunk;
}

/** How a recording ended, and what was recorded until then. */
export interface RecordingEnd extends Verdict {
  /** One for each chunk. */
  readonly texts: readonly string[];
  /** Milliseconds that each chunk was waited for. */
  readonly waits: readonly number[];
  /** Milliseconds that all chunks were waited for: the provider's own time, not that of the readers. */
  readonly took: number;
}

/** One reader of a recording. A reader that leaves early leaves for itself alone. */
export class RecordingReader<Chunk> implements AsyncIterableIterator<Chunk> {
  readonly #recording: Recording<Chunk>;
  readonly #signal: AbortSignal | undefined;
  #index = 0;
  #isOver = false;
  #hasLeft = false;

  constructor(recording: Recording<Chunk>, signal: AbortSignal | undefined) {
    this.#recording = recording;
    this.#signal = signal;
    // An abort counts between two reads as well: the reader need not call next() again.
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

/**
 * A running stream that many read, each from its first chunk and at its own pace. It is pulled, never
 * pumped: the fastest reader sets the pace, and gets each chunk as soon as it has arrived.
 */
export class Recording<Chunk> {
  readonly #source: StreamSource<Chunk>;
  readonly #texts: string[] = [];
  /** Chunks that cannot be encoded: they are shared as they are, and the recording is not usable. */
  readonly #unencodable = new Map<number, Chunk>();
  readonly #waits: number[] = [];
  #took = 0;
  #pulling: Promise<void> | undefined;
  #readers = 0;
  #isOver = false;
  #isAbandoned = false;
  #isUnwatched = false;
  #end: RecordingEnd | undefined;
  #failure: { readonly error: unknown } | undefined;
  #resolveEnd!: (end: RecordingEnd) => void;

  /** Settles once: at the terminal marker, at the end of the stream, on its failure, or when all readers left. */
  readonly ended: Promise<RecordingEnd>;

  constructor(source: StreamSource<Chunk>) {
    this.ended = new Promise((resolve) => (this.#resolveEnd = resolve));
    this.#source = source;
  }

  /** How it ended; nothing while it runs. */
  get end(): RecordingEnd | undefined {
    return this.#end;
  }

  /** Milliseconds that the chunks so far were waited for. */
  get took(): number {
    return this.#took;
  }

  /** All readers left before the end: what was recorded is not the whole answer, and must not be served as one. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** A reader from the first chunk on. The signal is that reader's own. */
  replay(signal?: AbortSignal): RecordingReader<Chunk> {
    this.#readers += 1;
    return new RecordingReader(this, signal);
  }

  /** A copy of the chunk at `index`, once it has arrived; nothing past the last one. */
  async at(index: number): Promise<{ readonly chunk: Chunk } | undefined> {
    while (index >= this.#texts.length && !this.#isOver) {
      this.#pulling ??= this.#pull();
      await this.#pulling;
    }
    const text = this.#texts[index];
    if (text !== undefined)
      return { chunk: this.#unencodable.get(index) ?? this.#source.decode(text) };
    if (this.#failure !== undefined) throw this.#failure.error;
    return undefined;
  }

  /** One reader less; the last to leave before the end stops the upstream call. */
  leave(): void {
    this.#readers -= 1;
    if (this.#readers > 0 || this.#isOver) return;
    this.#isAbandoned = this.#end === undefined; // after the marker the answer is complete
    this.#stop({ rejection: 'abandoned' });
    // A failure of the stream as it is stopped reaches no caller.
    void (async () => this.#source.upstream.return?.())().catch(() => {});
  }

  async #pull(): Promise<void> {
    try {
      const startedAt = performance.now();
      const { done, value } = await this.#source.upstream.next();
      if (done === true) this.#stop(this.#verdict());
      else this.#record(value, Math.round(performance.now() - startedAt));
    } catch (error) {
      this.#failure = { error };
      this.#stop({ rejection: 'failed' });
    } finally {
      this.#pulling = undefined;
    }
  }

  #record(chunk: Chunk, wait: number): void {
    this.#waits.push(wait);
    this.#took += wait;
    this.#texts.push(this.#textOf(chunk));
    // It ends at the marker: several SDKs stop reading there, and never see the end of the stream.
    if (this.#observe(chunk)) this.#settle(this.#verdict());
  }

  #textOf(chunk: Chunk): string {
    try {
      return this.#source.encode(chunk);
    } catch {
      this.#unencodable.set(this.#texts.length, chunk);
      return '';
    }
  }

  /** A watcher that throws keeps the stream out of the store, and costs its readers nothing. */
  #observe(chunk: Chunk): boolean {
    try {
      return this.#source.watcher.observe(chunk);
    } catch {
      this.#isUnwatched = true; // it has missed a chunk, so its verdict on the whole does not count
      return false;
    }
  }

  #verdict(): Verdict {
    try {
      return this.#isUnwatched ? { rejection: 'unreadable' } : this.#source.watcher.verdict();
    } catch {
      return { rejection: 'unreadable' };
    }
  }

  #stop(verdict: Verdict): void {
    this.#isOver = true;
    this.#settle(verdict);
  }

  #settle(verdict: Verdict): void {
    if (this.#end !== undefined) return;
    const rejection = this.#unencodable.size === 0 ? verdict.rejection : 'unencodable';
    const [texts, waits] = [[...this.#texts], [...this.#waits]];
    this.#end = { ...verdict, rejection, texts, waits, took: this.#took };
    this.#resolveEnd(this.#end);
  }
}
