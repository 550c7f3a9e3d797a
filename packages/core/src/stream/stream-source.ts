import type { Verdict } from '../adapter/index.ts';

/** Looks at a stream as it passes and says when, and how, it ended. */
export interface StreamWatcher<Chunk> {
  /** Sees every chunk once, in order. True at the provider's own terminal marker. */
  observe(chunk: Chunk): boolean;
  /** Asked once: at the marker, or where the stream ended without one. */
  verdict(): Verdict;
}

/** Chunks as texts that can be kept, and back. */
export interface ChunkCodec<Chunk> {
  encode(chunk: Chunk): string;
  decode(text: string): Chunk;
}

export interface StreamSource<Chunk> extends ChunkCodec<Chunk> {
  readonly upstream: AsyncIterator<Chunk>;
  readonly watcher: StreamWatcher<Chunk>;
}

/** How a recording ended. */
export interface Ending extends Verdict {
  readonly texts: readonly string[];
}

/** A watcher that throws costs the stream its place in the store, and its readers nothing. */
export class GuardedWatcher<Chunk> implements StreamWatcher<Chunk> {
  readonly #watcher: StreamWatcher<Chunk>;
  #isLost = false;

  constructor(watcher: StreamWatcher<Chunk>) {
    this.#watcher = watcher;
  }

  observe(chunk: Chunk): boolean {
    try {
      return this.#watcher.observe(chunk);
    } catch {
      this.#isLost = true; // it has missed a chunk: what it says of the whole counts no more
      return false;
    }
  }

  verdict(): Verdict {
    try {
      return this.#isLost ? { rejection: 'unreadable' } : this.#watcher.verdict();
    } catch {
      return { rejection: 'unreadable' };
    }
  }
}

/** A source of chunks, and how long each of them was waited for: its own time, not that of its readers. */
export class TimedIterator<Chunk> {
  readonly #upstream: AsyncIterator<Chunk>;
  readonly #waits: number[] = [];

  constructor(upstream: AsyncIterator<Chunk>) {
    this.#upstream = upstream;
  }

  /** Milliseconds, one for each chunk so far. */
  get waits(): readonly number[] {
    return this.#waits;
  }

  get total(): number {
    return this.#waits.reduce((sum, wait) => sum + wait, 0);
  }

  async next(): Promise<IteratorResult<Chunk>> {
    const startedAt = performance.now();
    const result = await this.#upstream.next();
    if (result.done !== true) this.#waits.push(Math.round(performance.now() - startedAt));
    return result;
  }

  return(): Promise<IteratorResult<Chunk>> | undefined {
    return this.#upstream.return?.();
  }
}
