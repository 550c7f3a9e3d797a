import type { Served, Usage } from '../entry/entry.ts';

/** What is known of a complete answer. */
export interface Facts {
  /** Why the answer is not worth keeping; nothing where it is. */
  readonly rejection?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly served?: Served | undefined;
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
