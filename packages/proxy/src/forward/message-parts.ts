import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import type { ByteSource, Parts } from '@cached-llm/http';

/** Bytes that wait for their reader before their sender is asked to wait. */
const MOST_WAITING = 64 * 1024;

const OVER = { done: true, value: undefined } as const;

interface Waiting {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: unknown): void;
}

/**
 * What a stream has sent, for one reader. The iterator of Node.js drops what it has not read when a stream fails. Here a reader
 * gets all that came before the failure, because a stream that was cut is passed on as far as it came.
 */
class Received {
  readonly #stream: Readable;
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #waiting: Waiting | undefined;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (part: Uint8Array) => this.#take(part));
    stream.once('end', () => this.end());
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const value = this.#parts.shift();
    if (value !== undefined) return this.#give(value);
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#isOver) return Promise.resolve(OVER);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  end(): void {
    this.#isOver = true;
    this.#waiting?.resolve(OVER);
    this.#waiting = undefined;
  }

  fail(error: unknown): void {
    if (this.#isOver || this.#failure !== undefined) return;
    this.#failure = { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  #take(part: Uint8Array): void {
    if (this.#waiting !== undefined) {
      this.#waiting.resolve({ done: false, value: part });
      this.#waiting = undefined;
      return;
    }
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length > MOST_WAITING) this.#stream.pause();
  }

  #give(value: Uint8Array): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#length -= value.length;
    if (this.#length <= MOST_WAITING) this.#stream.resume();
    return Promise.resolve({ done: false, value });
  }
}

/** Leads a message through a decoder. What came before the message was cut is decoded, too. */
function decode(message: IncomingMessage, decoder: Transform, received: Received): void {
  message.on('data', (part) => {
    if (!decoder.write(part)) message.pause();
  });
  decoder.on('drain', () => message.resume());
  message.once('end', () => decoder.end());
  decoder.on('error', (error) => {
    received.fail(error);
    message.destroy();
  });
  // A write of nothing is done when all writes before it are.
  message.once('error', (error) =>
    decoder.write(Buffer.alloc(0), () => setImmediate(() => received.fail(error))),
  );
}

/** The bytes of a message, decoded or as they come. Who leaves ends the message at once. */
export class MessageParts implements Parts<Uint8Array>, ByteSource {
  readonly #message: IncomingMessage;
  readonly #received: Received;

  constructor(message: IncomingMessage, decoder?: Transform) {
    this.#message = message;
    this.#received = new Received(decoder ?? message);
    // What has come and was not read yet is lost in the next moment.
    message.once('aborted', () => void message.read());
    if (decoder === undefined) message.once('error', (error) => this.#received.fail(error));
    else decode(message, decoder, this.#received);
    message.resume(); // whoever looked at its first bytes has paused it
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return this.#received.next();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#message.destroy();
    this.#received.end();
    return OVER;
  }

  getReader() {
    return { read: () => this.next(), cancel: () => this.return() };
  }
}
