import type { Verdict } from '../adapter/index.ts';
import { startDeadline } from '../store/index.ts';
import { RecordedChunks } from './recorded-chunks.ts';
import { type Place, RecordingReader } from './recording-reader.ts';

/** Watches the chunks of a stream, and gives the verdict on it when it has ended. */
export interface StreamWatcher<Chunk> {
  /** Sees every chunk once, in order. True at the provider's own terminal marker. */
  observe(chunk: Chunk): boolean;
  /** The verdict. It is read once: at the marker, or at the end of a stream that has no marker. */
  verdict(): Verdict;
}

/** A live stream, and how its chunks become texts that can be stored, and back. */
interface StreamSource<Chunk> {
  readonly upstream: AsyncIterator<Chunk, unknown, unknown>;
  readonly watcher: StreamWatcher<Chunk>;
  /** @throws if the chunk would come back as something else. */
  encode(chunk: unknown): string;
  decode(text: string): Chunk;
}

/** How a recording ended, and what was recorded until then. */
export interface RecordingEnd extends Verdict {
  /** One text for each chunk. None if the answer is not stored. */
  readonly texts: readonly string[];
  /** What a generator returned after its chunks, as a text. Undefined where that is nothing. */
  readonly returned?: string | undefined;
  /** Milliseconds that each chunk was waited for. */
  readonly waits: readonly number[];
  /** Milliseconds that all chunks were waited for: the provider's own time, not that of the readers. */
  readonly took: number;
  /** How many chunks came, also where the answer is not stored. */
  readonly chunks: number;
}

const NOTHING = { texts: [], waits: [] } as const;

/** How long a chunk may take, and the error of one that takes longer. */
interface Limit {
  readonly milliseconds: number;
  readonly errorOf: (milliseconds: number) => Error;
}

/**
 * A running stream that many read, each from its first chunk and at its own pace. The fastest reader pulls the next chunk,
 * and gets it as soon as it has arrived. The recording has ended when its answer is complete (at the terminal marker) or
 * cannot be. It is over when no further chunk can come, which may be later. A stream may never end, so the recording of one
 * that is too long to be stored ends, and what all readers have read is dropped.
 */
export class Recording<Chunk> {
  readonly #source: StreamSource<Chunk>;
  readonly #chunks: RecordedChunks<Chunk>;
  #returned: unknown;
  #returnedText: string | undefined;
  #pulling: Promise<void> | undefined;
  readonly #places = new Set<Place>();
  #isOver = false;
  #isAbandoned = false;
  #isUnwatched = false;
  #isTimedOut = false;
  /** Did a reader send a value, which what follows answers, or did the generator return what no text can hold? */
  #isUnrepeatable = false;
  #end: RecordingEnd | undefined;
  #failure: { readonly error: unknown } | undefined;
  #resolveEnd!: (end: RecordingEnd) => void;
  #limit: Limit | undefined;
  #cancelTimer: (() => void) | undefined;

  /** Settles at the terminal marker, at the end of the stream, when it fails, or when all readers have left. */
  readonly ended: Promise<RecordingEnd>;

  constructor(source: StreamSource<Chunk>) {
    this.ended = new Promise((resolve) => (this.#resolveEnd = resolve));
    this.#source = source;
    this.#chunks = new RecordedChunks(source);
  }

  /** How it ended. Undefined while it runs. */
  get end(): RecordingEnd | undefined {
    return this.#end;
  }

  /** Milliseconds that the chunks so far were waited for. */
  get took(): number {
    return this.#chunks.took;
  }

  /** Did all readers leave before the end, or was it cut? Then what is recorded is not the whole answer, and must not be served. */
  get isAbandoned(): boolean {
    return this.#isAbandoned || this.#chunks.isCut;
  }

  /**
   * Fails the stream with `errorOf(milliseconds)` when its next chunk takes longer. When nobody asks for a chunk for as long,
   * the recording ends, and the stream goes on.
   */
  limit(milliseconds: number, errorOf: (milliseconds: number) => Error): void {
    this.#limit = { milliseconds, errorOf };
    this.#awaitReader();
  }

  /** Makes a reader that starts at the first chunk. The signal is that reader's own. */
  read(signal?: AbortSignal): RecordingReader<Chunk> {
    return new RecordingReader(this, signal);
  }

  /** What a generator returned after its chunks: a copy for each reader. */
  returned(): unknown {
    const text = this.#returnedText;
    return text === undefined ? this.#returned : this.#source.decode(text);
  }

  /** A copy of the chunk at `index`, when it has arrived. Undefined after the last chunk. */
  async at(index: number, sent?: unknown): Promise<{ readonly chunk: Chunk } | undefined> {
    if (sent !== undefined) this.#isUnrepeatable = true;
    while (index >= this.#chunks.length && !this.#isOver) {
      this.#pulling ??= this.#pull(sent);
      await this.#pulling;
    }
    const found = this.#chunks.at(index);
    if (found === undefined && this.#failure !== undefined) throw this.#failure.error;
    return found;
  }

  enter(place: Place): void {
    this.#places.add(place);
  }

  /** Counts one reader less. If the last reader leaves before the stream is over, the upstream call is stopped. */
  leave(place: Place): void {
    this.#places.delete(place);
    if (this.#places.size > 0 || this.#isOver) return;
    this.#isAbandoned = this.#end === undefined; // after the marker the answer is complete
    this.#stop({ rejection: 'abandoned' });
    this.#stopUpstream();
  }

  async #pull(sent: unknown): Promise<void> {
    try {
      const startedAt = performance.now();
      const next = await this.#inTime(this.#source.upstream.next(sent));
      if (next.done === true) this.#finish(next.value);
      else this.#record(next.value, Math.round(performance.now() - startedAt));
    } catch (error) {
      this.#failure = { error };
      this.#stop({ rejection: this.#isTimedOut ? 'timeout' : 'failed' });
    } finally {
      this.#pulling = undefined;
      this.#awaitReader();
    }
  }

  /** The next chunk, or a failure if it takes longer than the limit. */
  #inTime<Next>(next: Promise<Next>): Promise<Next> {
    const limit = this.#limit;
    if (limit === undefined) return next;
    return new Promise((resolve, reject) => {
      this.#startTimer(limit, () => {
        this.#isTimedOut = true;
        reject(limit.errorOf(limit.milliseconds));
        this.#stopUpstream();
      });
      next.then(resolve, reject);
    });
  }

  #awaitReader(): void {
    const unread = () => this.#settle({ rejection: 'unread' });
    if (this.#end !== undefined) this.#cancelTimer?.();
    else if (this.#limit !== undefined) this.#startTimer(this.#limit, unread);
  }

  #startTimer({ milliseconds }: Limit, task: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = startDeadline(milliseconds, task);
  }

  /** A failure of the stream as it is stopped reaches no caller. */
  #stopUpstream(): void {
    void (async () => this.#source.upstream.return?.())().catch(() => {});
  }

  #finish(returned: unknown): void {
    this.#returned = returned;
    try {
      if (returned !== undefined) this.#returnedText = this.#source.encode(returned);
    } catch {
      this.#isUnrepeatable = true;
    }
    this.#stop(this.#verdict());
  }

  #record(chunk: Chunk, wait: number): void {
    this.#chunks.add(chunk, wait);
    if (this.#chunks.isTooLong) this.#cut();
    // It ends at the marker, because several SDKs stop reading there and never see the end of the stream.
    else if (this.#observe(chunk)) this.#settle(this.#verdict());
  }

  /** Nobody joins a stream that is not stored, so its readers are all that there will be. */
  #cut(): void {
    this.#settle({ rejection: 'too-large' });
    this.#chunks.dropBefore(Math.min(...[...this.#places].map(({ position }) => position)));
  }

  /** If the watcher throws, the stream is not stored, and its readers are not affected. */
  #observe(chunk: Chunk): boolean {
    try {
      return this.#source.watcher.observe(chunk);
    } catch {
      this.#isUnwatched = true; // the watcher missed a chunk, so its verdict does not count
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
    this.#cancelTimer?.();
    this.#settle(verdict);
  }

  #settle(verdict: Verdict): void {
    if (this.#end !== undefined) return;
    const isWhole = this.#chunks.isWhole && !this.#isUnrepeatable;
    const { usage, rejection } = verdict;
    const judged =
      isWhole || rejection === 'too-large'
        ? { ...verdict, rejection }
        : { usage, rejection: 'unencodable' };
    const recorded = judged.rejection === undefined ? this.#chunks.copy() : NOTHING;
    const came = { took: this.took, chunks: this.#chunks.length, returned: this.#returnedText };
    this.#end = { ...judged, ...recorded, ...came };
    this.#resolveEnd(this.#end);
  }
}
