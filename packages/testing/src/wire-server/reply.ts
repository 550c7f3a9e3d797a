import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { constants, createGzip } from 'node:zlib';

/** The server's end of one answer, which knows whether the client or the server ended it. */
export class Reply {
  readonly #outgoing: ServerResponse;
  readonly #closed = new AbortController();
  #isCut = false;

  /** `onLeft` is told when the client went away before it had the whole answer. */
  constructor(outgoing: ServerResponse, onLeft: () => void) {
    this.#outgoing = outgoing;
    outgoing.once('close', () => {
      if (!this.#isCut && !outgoing.writableFinished) onLeft();
      this.#closed.abort();
    });
  }

  /** Aborts when nobody reads any more. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#outgoing.writeHead(status, headers);
    this.#outgoing.flushHeaders();
  }

  async write(chunks: Readable): Promise<void> {
    await pipeline(chunks, this.#outgoing, { end: false });
  }

  async writeCompressed(chunks: Readable): Promise<void> {
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    await pipeline(chunks, gzip, this.#outgoing, { end: false });
  }

  end(): void {
    this.#outgoing.end();
  }

  /** What was written still arrives, but not the end of the body. */
  async cut(): Promise<void> {
    // A client that finds data and the cut in one read throws the data away.
    await wait(10);
    this.#isCut = true;
    this.#outgoing.socket?.destroySoon();
  }

  refuse(): void {
    this.#isCut = true;
    this.#outgoing.socket?.resetAndDestroy();
  }
}
