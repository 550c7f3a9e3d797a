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

/** Bytes of a body that are read before its caller gets the response: far more than an entry may have. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A body that yields what was read of another one, and then its rest. */
function resumed(
  parts: readonly Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  const read = [...parts];
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const part = read.shift();
        const { value = part } = part === undefined ? await reader.read() : {};
        if (value === undefined) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** All bytes of a body; or a body with the same bytes, if they are too many to wait for: it may never end. */
export async function bytesOrRest(
  body: ReadableStream<Uint8Array>,
): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(parts);
    parts.push(value);
    length += value.byteLength;
    if (length > MOST_BYTES) return resumed(parts, reader);
  }
}
