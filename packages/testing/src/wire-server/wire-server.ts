import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { assertDelivery, deliver, type PlannedAnswer, Reply } from './deliver.ts';
import type { Delivery, Exchange, ExchangeResponse, Fault, ReceivedRequest } from './exchange.ts';
import { findExchange, noExchange } from './find-exchange.ts';

export interface WireServerOptions extends Delivery {
  /** The first exchange that matches a request answers it, however often it is asked. @default none */
  readonly exchanges?: readonly Exchange[];
  /** Computes the answer to a request that no exchange matches. @default status 501, which names the nearest exchange */
  readonly answer?: (request: ReceivedRequest) => ExchangeResponse | Promise<ExchangeResponse>;
}

/** The server's own view of a request: only the server changes whether it was aborted. */
type OpenRequest = Omit<ReceivedRequest, 'aborted'> & { aborted: boolean };

function parsedOrUndefined(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function receiveRequest(incoming: IncomingMessage): Promise<OpenRequest> {
  const body = await text(incoming);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: Object.fromEntries(headers),
    body,
    json: parsedOrUndefined(body),
    aborted: false,
  };
}

/** The client is shown a mistake in the test's own `answer` function: a lost connection would hide it. */
function answerFailed(error: unknown): ExchangeResponse {
  const message = `The wire server's answer function failed: ${String(error)}`;
  return {
    status: 500,
    headers: { 'x-should-retry': 'false' },
    body: { error: { type: 'answer_failed', message } },
  };
}

const undisturbed = (response: ExchangeResponse): PlannedAnswer => ({ response, delivery: {} });

/** A running wire server; `startWireServer` makes one. */
export class WireServer {
  readonly #options: WireServerOptions;
  readonly #server: Server;
  readonly #requests: OpenRequest[] = [];
  /** How many requests each fault has met. */
  readonly #met = new Map<Fault, number>();
  #isClosing = false;

  private constructor(options: WireServerOptions) {
    this.#options = options;
    this.#server = createServer((incoming, outgoing) => {
      // It fails when a client leaves in the middle of its own request or of the answer.
      this.#converse(incoming, outgoing).catch(() => outgoing.destroy());
    });
    // It ends no idle connection: a client in the same process cannot notice that while the event loop is blocked, and its
    // next request on this connection would fail (`ECONNRESET`).
    this.#server.keepAliveTimeout = 0;
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

  /** All requests since the start or the last `reset`, oldest first; the list is live. */
  get requests(): readonly ReceivedRequest[] {
    return this.#requests;
  }

  get count(): number {
    return this.#requests.length;
  }

  /** Forgets the requests, and which faults they met. */
  reset(): void {
    this.#requests.length = 0;
    this.#met.clear();
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
    await deliver(reply, await this.#answerTo(request));
  }

  async #answerTo(request: ReceivedRequest): Promise<PlannedAnswer> {
    const { exchanges = [], answer, ...everywhere } = this.#options;
    const exchange = findExchange(exchanges, request);
    if (exchange !== undefined)
      return this.#planned(exchange.response, { ...everywhere, ...exchange });
    if (answer === undefined) return undisturbed(noExchange(exchanges, request));
    try {
      return this.#planned(await answer(request), everywhere);
    } catch (error) {
      return undisturbed(answerFailed(error));
    }
  }

  #planned(response: ExchangeResponse, around: Delivery): PlannedAnswer {
    const delivery: Delivery = { ...around, ...response };
    return { response, delivery, fault: this.#nextFault(delivery.faults ?? []) };
  }

  /** The first fault that fewer requests have met than it is for. */
  #nextFault(faults: readonly Fault[]): Fault | undefined {
    const timesMet = (fault: Fault) => this.#met.get(fault) ?? 0;
    const next = faults.find((fault) => timesMet(fault) < (fault.times ?? Infinity));
    if (next !== undefined) this.#met.set(next, timesMet(next) + 1);
    return next;
  }
}

/**
 * Starts an HTTP server on a free port of 127.0.0.1 that answers with the given exchanges.
 * @throws LlmCacheError INVALID_OPTION for a chunk size that is not a whole number of bytes.
 */
export async function startWireServer(options: WireServerOptions): Promise<WireServer> {
  const { exchanges = [] } = options;
  const deliveries = [options, ...exchanges, ...exchanges.map(({ response }) => response)];
  for (const delivery of deliveries) assertDelivery(delivery);
  return WireServer.start(options);
}

/** An `answer` function that gives each response once, in their order, and then an empty object. */
export function inTurn(responses: readonly ExchangeResponse[]): () => ExchangeResponse {
  const left = [...responses];
  return () => left.shift() ?? { body: {} };
}
