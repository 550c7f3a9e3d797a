/** Characters that are recorded of a stream at most: far more than an entry may have. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** How chunks become texts, and back. */
interface ChunkTexts<Chunk> {
  /** @throws if the chunk would come back as something else. */
  encode(chunk: unknown): string;
  decode(text: string): Chunk;
}

/** What was recorded of a stream. Of one that is too long to be stored, only those chunks stay that a reader has not read. */
export class RecordedChunks<Chunk> {
  readonly #codec: ChunkTexts<Chunk>;
  readonly #texts: string[] = [];
  readonly #waits: number[] = [];
  /** Chunks that cannot be encoded. Readers share them as they are, and the recording is not stored. */
  readonly #unencodable = new Map<number, Chunk>();
  #characters = 0;
  /** How many of the first chunks are gone. */
  #dropped = 0;
  #took = 0;

  constructor(codec: ChunkTexts<Chunk>) {
    this.#codec = codec;
  }

  /** How many chunks have arrived. */
  get length(): number {
    return this.#dropped + this.#texts.length;
  }

  /** Milliseconds that all chunks were waited for. */
  get took(): number {
    return this.#took;
  }

  get isTooLong(): boolean {
    return this.#dropped > 0 || this.#characters > MOST_CHARACTERS;
  }

  /** Are the first chunks gone? Then nobody can begin to read. */
  get isCut(): boolean {
    return this.#dropped > 0;
  }

  /** Can all of it be stored? */
  get isWhole(): boolean {
    return this.#unencodable.size === 0 && !this.isTooLong;
  }

  /** Copies of the texts, and of the milliseconds that each was waited for. */
  copy(): { readonly texts: readonly string[]; readonly waits: readonly number[] } {
    return { texts: [...this.#texts], waits: [...this.#waits] };
  }

  add(chunk: Chunk, wait: number): void {
    const text = this.#textOf(chunk);
    this.#texts.push(text);
    this.#waits.push(wait);
    this.#took += wait;
    this.#characters += text.length;
  }

  /** A copy of the chunk at `index`. Undefined if it has not arrived. */
  at(index: number): { readonly chunk: Chunk } | undefined {
    const text = this.#texts[index - this.#dropped];
    if (text === undefined) return undefined;
    return { chunk: this.#unencodable.get(index) ?? this.#codec.decode(text) };
  }

  /** Drops the chunks before `index`. */
  dropBefore(index: number): void {
    const count = Math.min(index, this.length) - this.#dropped;
    for (const text of this.#texts.splice(0, count)) this.#characters -= text.length;
    this.#waits.splice(0, count);
    for (let gone = 0; gone < count; gone += 1) this.#unencodable.delete(this.#dropped + gone);
    this.#dropped += count;
  }

  #textOf(chunk: Chunk): string {
    try {
      return this.#codec.encode(chunk);
    } catch {
      this.#unencodable.set(this.length, chunk);
      return '';
    }
  }
}
