import type { ChunkCodec } from './stream-source.ts';

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
