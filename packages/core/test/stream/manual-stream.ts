/** A provider's stream whose chunks the test pushes. It counts the chunks that were pulled. */
export class ManualStream<Chunk> implements AsyncIterator<Chunk> {
  pulls = 0;
  returns = 0;
  readonly #waiting: ((result: Promise<IteratorResult<Chunk>>) => void)[] = [];
  readonly #ready: Promise<IteratorResult<Chunk>>[] = [];

  push(...chunks: Chunk[]): void {
    for (const value of chunks) this.#come(Promise.resolve({ done: false, value }));
  }

  end(): void {
    this.#come(Promise.resolve({ done: true, value: undefined }));
  }

  fail(error: unknown): void {
    const failure = Promise.reject(error);
    failure.catch(() => {}); // it may come before a reader pulls it
    this.#come(failure);
  }

  next(): Promise<IteratorResult<Chunk>> {
    this.pulls += 1;
    const ready = this.#ready.shift();
    return ready ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<Chunk>> {
    this.returns += 1;
    return { done: true, value: undefined };
  }

  #come(result: Promise<IteratorResult<Chunk>>): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#ready.push(result);
    else waiting(result);
  }
}
