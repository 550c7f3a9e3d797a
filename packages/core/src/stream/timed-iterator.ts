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
