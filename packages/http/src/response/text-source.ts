/**
 * A body as texts. Not a generator: stopping one waits for the chunk it is waiting for, and whoever
 * leaves a stream that stalls wants the provider's clock stopped now.
 */
export class TextSource implements AsyncIterator<string, undefined> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  // Event streams are UTF-8, and a client reads broken bytes as U+FFFD (WHATWG HTML §9.2.5).
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      const text = this.#decoder.decode(value, { stream: !done });
      if (text !== '') return { done: false, value: text };
      if (done) return { done: true, value: undefined };
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#reader.cancel();
    return { done: true, value: undefined };
  }
}
