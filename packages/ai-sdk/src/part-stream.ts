/**
 * The parts of a stream, one by one. Not the stream's own iterator: stopping that one waits for the part
 * it is waiting for, and whoever leaves a stream that stalls wants the provider's clock stopped now.
 */
export class PartSource<Part> implements AsyncIterableIterator<Part, undefined> {
  readonly #reader: ReadableStreamDefaultReader<Part>;

  constructor(stream: ReadableStream<Part>) {
    this.#reader = stream.getReader();
  }

  async next(): Promise<IteratorResult<Part, undefined>> {
    const { done, value } = await this.#reader.read();
    return done ? { done, value: undefined } : { done, value };
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#reader.cancel();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Parts as a stream. Pulled one at a time, so that no reader is ahead of its consumer. */
export function partStream<Part>(
  parts: AsyncIterator<Part>,
  signal: AbortSignal | undefined,
): ReadableStream<Part> {
  return new ReadableStream<Part>(
    {
      async pull(controller) {
        signal?.throwIfAborted();
        const { done, value } = await parts.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await parts.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
