/**
 * The texts of a body, one by one. This is no generator: to stop a generator is to wait for the chunk that it
 * waits for, and a caller who leaves a stream that hangs wants the provider to stop now.
 */
export function textsIn(body: ReadableStream<Uint8Array>): AsyncIterator<string, undefined> {
  const reader = body.getReader();
  // Event streams are UTF-8, and a client reads broken bytes as U+FFFD (WHATWG HTML §9.2.5).
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    async next() {
      for (;;) {
        const { done, value } = await reader.read();
        const text = decoder.decode(value, { stream: !done });
        if (text !== '') return { done: false, value: text };
        if (done) return { done: true, value: undefined };
      }
    },
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

/** A body made of texts. They are pulled one at a time, so that no reader is ahead of its consumer. */
export function bodyOf(texts: AsyncIterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await texts.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await texts.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
