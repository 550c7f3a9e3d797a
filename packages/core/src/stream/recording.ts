import type { Verdict } from '../adapter/index.ts';
import { abortable } from '../flight/index.ts';
import {
  type ChunkCodec,
  type Ending,
  GuardedWatcher,
  type StreamSource,
  type StreamWatcher,
  TimedIterator,
} from './stream-source.ts';

/** The chunks of a stream so far, as texts: whoever asks for one decodes a copy of its own. */
export class ChunkTape<Chunk> {
  readonly #codec: ChunkCodec<Chunk>;
  readonly #texts: string[] = [];
  /** Chunks that cannot be kept are shared as they are. */
  readonly #unencodable = new Map<number, Chunk>();

  constructor(codec: ChunkCodec<Chunk>) {
    this.#codec = codec;
  }

  get length(): number {
    return this.#texts.length;
  }

  /** False where a chunk would come back from the store as something else. */
  get canBeKept(): boolean {
    return this.#unencodable.size === 0;
  }

  get texts(): readonly string[] {
    return [...this.#texts];
  }

  push(chunk: Chunk): void {
    try {
      this.#texts.push(this.#codec.encode(chunk));
    } catch {
      this.#unencodable.set(this.#texts.length, chunk);
      this.#texts.push('');
    }
  }

  at(index: number): Chunk {
    return this.#unencodable.get(index) ?? this.#codec.decode(this.#texts[index] ?? '');
  }
}

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

/**
 * A running stream that many read, each from its first chunk and at its own pace. It is pulled, never
 * pumped: the fastest reader sets the pace, and the first chunk is out the moment it is in.
 */
export class Recording<Chunk> {
  readonly upstream: TimedIterator<Chunk>;
  readonly #watcher: StreamWatcher<Chunk>;
  readonly #tape: ChunkTape<Chunk>;
  #pulling: Promise<void> | undefined;
  #readers = 0;
  #isOver = false;
  #isAbandoned = false;
  #ending: Ending | undefined;
  #failure: { readonly error: unknown } | undefined;
  #end!: (ending: Ending) => void;

  /** Settles once: at the terminal marker, at the end of the stream, on its failure, or when all left. */
  readonly ended: Promise<Ending>;

  constructor(source: StreamSource<Chunk>) {
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.upstream = new TimedIterator(source.upstream);
    this.#tape = new ChunkTape(source);
    this.#watcher = new GuardedWatcher(source.watcher);
  }

  /** All readers left before the end: what is here is a torso, and nobody may take it for the answer. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** It came to its end, and is worth keeping. */
  get isWhole(): boolean {
    return this.#ending !== undefined && this.#ending.rejection === undefined;
  }

  /** A reader from the first chunk on. The signal is that reader's own. */
  replay(signal?: AbortSignal): Replay<Chunk> {
    this.#readers += 1;
    return new Replay(this, signal);
  }

  /** The chunk at `index`, awaited where it is still to come; nothing past the last one. */
  async at(index: number): Promise<{ readonly chunk: Chunk } | undefined> {
    while (index >= this.#tape.length && !this.#isOver) {
      this.#pulling ??= this.#pull();
      await this.#pulling;
    }
    if (index < this.#tape.length) return { chunk: this.#tape.at(index) };
    if (this.#failure !== undefined) throw this.#failure.error;
    return undefined;
  }

  /** One reader less; the last to go before the end stops the upstream call. */
  leave(): void {
    this.#readers -= 1;
    if (this.#readers > 0 || this.#isOver) return;
    this.#isAbandoned = this.#ending === undefined; // past the marker it is whole
    this.#stop({ rejection: 'left' });
    // What it says to being stopped concerns nobody any more.
    void (async () => this.upstream.return())().catch(() => {});
  }

  async #pull(): Promise<void> {
    try {
      const { done, value } = await this.upstream.next();
      if (done === true) this.#stop(this.#watcher.verdict());
      else this.#keep(value);
    } catch (error) {
      this.#failure = { error };
      this.#stop({ rejection: 'failed' });
    } finally {
      this.#pulling = undefined;
    }
  }

  #keep(chunk: Chunk): void {
    this.#tape.push(chunk);
    // Stored at the marker: several SDKs stop reading there, and never see the end of the stream.
    if (this.#watcher.observe(chunk)) this.#settle(this.#watcher.verdict());
  }

  #stop(facts: Verdict): void {
    this.#isOver = true;
    this.#settle(facts);
  }

  #settle(facts: Verdict): void {
    const rejection = this.#tape.canBeKept ? facts.rejection : 'unencodable';
    this.#ending ??= { ...facts, rejection, texts: this.#tape.texts };
    this.#end(this.#ending);
  }
}
