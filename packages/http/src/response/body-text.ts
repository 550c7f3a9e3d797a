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

/** How many bytes at the end are the beginning of a character. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue; // it is within a character
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Bytes as a text, or as they are where they are none: whoever reads them now gets the same bytes, and they are not stored. */
function pieceOf(bytes: Uint8Array): string | Uint8Array {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes;
  }
}

/** The texts of a body, one by one. A character whose bytes come in two parts is in the second text. */
class Texts implements Parts {
  readonly #reader: ByteReader;
  /** The beginning of a character. */
  #held: Uint8Array = new Uint8Array();
  #end: (() => IteratorResult<never, undefined>) | undefined;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  async next(): Promise<IteratorResult<string | Uint8Array, undefined>> {
    while (this.#end === undefined) {
      const bytes = await this.#read();
      if (bytes.length > 0) return { done: false, value: pieceOf(bytes) };
    }
    return this.#end();
  }

  /** A caller who leaves a stream that hangs wants the provider to stop now. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#reader.cancel();
    return OVER;
  }

  async #read(): Promise<Uint8Array> {
    try {
      const { done, value } = await this.#reader.read();
      if (done !== true) return this.#whole(value ?? new Uint8Array());
      this.#end = () => OVER;
    } catch (error) {
      this.#end = () => {
        throw error;
      };
    }
    return this.#held; // cut within a character
  }

  #whole(value: Uint8Array): Uint8Array {
    const bytes = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
    const end = bytes.length - unfinished(bytes);
    this.#held = bytes.subarray(end);
    return bytes.subarray(0, end);
  }
}

export const textsIn = (body: ByteSource): Parts => new Texts(body.getReader());

/** A piece of a stream as its clients read it: broken bytes are U+FFFD (WHATWG HTML §9.2.5). */
export const readAsText = (piece: string | Uint8Array) =>
  typeof piece === 'string' ? piece : new TextDecoder('utf-8', { ignoreBOM: true }).decode(piece);

/** A piece as it is stored. @throws {TypeError} for bytes that are no text */
export function storedText(piece: unknown): string {
  if (typeof piece === 'string') return piece;
  throw new TypeError('Bytes that are no UTF-8 are not stored.');
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
