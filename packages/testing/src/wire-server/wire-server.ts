import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnswerDesk, type WireServerOptions } from './answer-desk.ts';
import { assertDelivery, deliver } from './deliver.ts';
import type { ReceivedRequest } from './exchange.ts';
import { type OpenRequest, receiveRequest } from './receive-request.ts';
import { Reply } from './reply.ts';

/** A running wire server; `startWireServer` makes one. */
export class WireServer {
  readonly #server: Server;
  readonly #desk: AnswerDesk;
  readonly #requests: OpenRequest[] = [];
  #isClosing = false;

  private constructor(options: WireServerOptions) {
    this.#desk = new AnswerDesk(options);
    this.#server = createServer((incoming, outgoing) => {
      // A client that left in the middle of its own request or of the answer ends up here.
      this.#converse(incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  static async start(options: WireServerOptions): Promise<WireServer> {
    const server = new WireServer(options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  get url(): string {
    // A server that listens on TCP, as this one does, has an AddressInfo: not a pipe's name, not null.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Everything that arrived since the start or the last `reset`, oldest first; the list is live. */
  get requests(): readonly ReceivedRequest[] {
    return this.#requests;
  }

  get count(): number {
    return this.#requests.length;
  }

  /** Forgets the requests, and which faults were met. */
  reset(): void {
    this.#requests.length = 0;
    this.#desk.reset();
  }

  /** Ends open connections too, so that no unfinished answer keeps a test waiting. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #converse(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await receiveRequest(incoming);
    this.#requests.push(request);
    const reply = new Reply(outgoing, () => {
      request.aborted = !this.#isClosing;
    });
    await deliver(reply, await this.#desk.parcelFor(request));
  }
}

/**
 * Starts an HTTP server on a free port of 127.0.0.1 that answers as recorded.
 * @throws LlmCacheError INVALID_OPTION for a chunk size that is not a whole number of bytes.
 */
export async function startWireServer(options: WireServerOptions): Promise<WireServer> {
  const { exchanges = [] } = options;
  const deliveries = [options, ...exchanges, ...exchanges.map(({ response }) => response)];
  for (const delivery of deliveries) assertDelivery(delivery);
  return WireServer.start(options);
}
