import type { Usage } from '../words/entry.ts';
import { GuardedWatcher } from './guarded-watcher.ts';
import { Replay } from './replay.ts';

/** What is known of a complete answer. */
export interface Facts {
  /** Why the answer is not worth keeping; nothing where it is. */
  readonly rejection?: string | undefined;
  readonly usage?: Usage | undefined;
}

/** Looks at a stream as it passes and says when, and how, it ended. */
export interface StreamWatcher<Chunk> {
  /** Sees every chunk once, in order. True at the provider's own terminal marker. */
  observe(chunk: Chunk): boolean;
  /** Asked once: at the marker, or where the stream ended without one. */
  verdict(): Facts;
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
export interface Ending extends Facts {
  readonly texts: readonly string[];
}

/**
 * A running stream that many read, each from its first chunk and at its own pace. It is pulled, never
 * pumped: the fastest reader sets the pace, and the first chunk is out the moment it is in.
 */
export class Recording<Chunk> {
  readonly #source: StreamSource<Chunk>;
  readonly #watcher: StreamWatcher<Chunk>;
  readonly #texts: string[] = [];
  /** Chunks that cannot be kept are shared as they are; such a recording is never stored. */
  readonly #unencodable = new Map<number, Chunk>();
  #pulling: Promise<void> | undefined;
  #readers = 0;
  #isOver = false;
  #isSettled = false;
  #isAbandoned = false;
  #isWhole = false;
  #failure: { readonly error: unknown } | undefined;
  #end!: (ending: Ending) => void;

  /** Settles once: at the terminal marker, at the end of the stream, on its failure, or when all left. */
  readonly ended: Promise<Ending> = new Promise((resolve) => {
    this.#end = resolve;
  });

  constructor(source: StreamSource<Chunk>) {
    this.#source = source;
    this.#watcher = new GuardedWatcher(source.watcher);
  }

  /** All readers left before the end: what is here is a torso, and nobody may take it for the answer. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** It came to its end, and is worth keeping. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** A reader from the first chunk on. The signal is that reader's own. */
  replay(signal?: AbortSignal): Replay<Chunk> {
    this.#readers += 1;
    return new Replay(this, signal);
  }

  /** The chunk at `index`, awaited where it is still to come; nothing past the last one. */
  async at(index: number): Promise<{ readonly chunk: Chunk } | undefined> {
    while (index >= this.#texts.length && !this.#isOver) {
      this.#pulling ??= this.#pull();
      await this.#pulling;
    }
    if (index < this.#texts.length) return { chunk: this.#chunk(index) };
    if (this.#failure !== undefined) throw this.#failure.error;
    return undefined;
  }

  /** One reader less; the last to go before the end stops the upstream call. */
  leave(): void {
    this.#readers -= 1;
    if (this.#readers > 0 || this.#isOver) return;
    this.#isAbandoned = !this.#isSettled; // past the marker it is whole
    this.#stop({ rejection: 'left' });
    void this.#release();
  }

  async #release(): Promise<void> {
    try {
      await this.#source.upstream.return?.();
    } catch {
      // What the provider's iterator says to being stopped concerns nobody any more.
    }
  }

  async #pull(): Promise<void> {
    try {
      const { done, value } = await this.#source.upstream.next();
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
    const text = this.#encode(chunk);
    this.#texts.push(text);
    // Stored at the marker: several SDKs stop reading there, and never see the end of the stream.
    if (this.#watcher.observe(chunk)) this.#settle(this.#watcher.verdict());
  }

  #encode(chunk: Chunk): string {
    try {
      return this.#source.encode(chunk);
    } catch {
      this.#unencodable.set(this.#texts.length, chunk);
      return '';
    }
  }

  #chunk(index: number): Chunk {
    const shared = this.#unencodable.get(index);
    return shared ?? this.#source.decode(this.#texts[index] ?? '');
  }

  #stop(facts: Facts): void {
    this.#isOver = true;
    this.#settle(facts);
  }

  #settle(facts: Facts): void {
    this.#isSettled = true;
    const rejection = this.#unencodable.size > 0 ? 'unencodable' : facts.rejection;
    this.#isWhole ||= rejection === undefined;
    this.#end({ ...facts, rejection, texts: [...this.#texts] });
  }
}
