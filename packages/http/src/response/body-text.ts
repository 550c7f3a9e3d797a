/** The bytes of a body, as `fetch` or a server has them. */
export interface ByteSource {
  getReader(): ByteReader;
}

interface ByteReader {
  read(): Promise<{ readonly done?: boolean | undefined; readonly value?: Uint8Array | undefined }>;
  cancel(reason?: unknown): Promise<unknown>;
}

/** What comes of a body, part by part. It is no generator, because to stop one is to wait for the part that it waits for. */
export interface Parts<Part extends string | Uint8Array = string | Uint8Array> {
  next(): Promise<IteratorResult<Part, unknown>>;
  /** Stops at once what sends the parts. */
  return(): Promise<IteratorResult<Part, unknown>>;
}

const OVER = { done: true, value: undefined } as const;

/** The texts of a body, one by one. A caller who leaves a stream that hangs wants the provider to stop now. */
export function textsIn(body: ByteSource): Parts<string> {
  const reader = body.getReader();
  // Event streams are UTF-8, and a client reads broken bytes as U+FFFD (WHATWG HTML §9.2.5).
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    async next() {
      for (;;) {
        const { done, value } = await reader.read();
        const text = decoder.decode(value, { stream: done !== true });
        if (text !== '') return { done: false, value: text };
        if (done === true) return OVER;
      }
    },
    async return() {
      await reader.cancel();
      return OVER;
    },
  };
}

/** A body made of parts. They are pulled one at a time, so that no reader is ahead of its consumer. */
export function bodyOf(parts: Parts): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done === true) controller.close();
        else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
      },
      async cancel() {
        await parts.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Bytes of a body that are read before its caller gets the response: far more than an entry may have. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What was read of a body, and then its rest. */
function resumed(parts: readonly Uint8Array[], reader: ByteReader): Parts<Uint8Array> {
  const read = [...parts];
  return {
    async next() {
      const part = read.shift();
      const { value = part } = part === undefined ? await reader.read() : {};
      return value === undefined ? OVER : { done: false, value };
    },
    async return() {
      await reader.cancel();
      return OVER;
    },
  };
}

/** All bytes of a body; or a body with the same bytes, if they are too many to wait for: it may never end. */
export async function bytesOrRest(body: ByteSource): Promise<Uint8Array | Parts<Uint8Array>> {
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done === true || value === undefined) return Buffer.concat(parts);
    parts.push(value);
    length += value.byteLength;
    if (length > MOST_BYTES) return resumed(parts, reader);
  }
}
