import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { assertDelivery, deliver, type Parcel, Reply } from './deliver.ts';
import type { Delivery, Exchange, ExchangeResponse, Fault, ReceivedRequest } from './exchange.ts';
import { findExchange, noExchange } from './find-exchange.ts';

export interface WireServerOptions extends Delivery {
  /** The first that fits a request answers it, as often as it is asked. @default none */
  readonly exchanges?: readonly Exchange[];
  /** Computes the answer to what no exchange fits. @default 501, naming the nearest exchange */
  readonly answer?: (request: ReceivedRequest) => ExchangeResponse | Promise<ExchangeResponse>;
}

/** Decides what a request is answered, and what goes wrong with it. */
export class AnswerDesk {
  readonly #options: WireServerOptions;
  readonly #turns = new FaultTurns();

  constructor(options: WireServerOptions) {
    this.#options = options;
  }

  async parcelFor(request: ReceivedRequest): Promise<Parcel> {
    const { exchanges = [], answer, ...everywhere } = this.#options;
    const exchange = findExchange(exchanges, request);
    if (exchange !== undefined)
      return this.#parcel(exchange.response, { ...everywhere, ...exchange });
    if (answer === undefined) return plainParcel(noExchange(exchanges, request));
    try {
      return this.#parcel(await answer(request), everywhere);
    } catch (error) {
      return plainParcel(answerFailed(error));
    }
  }

  reset(): void {
    this.#turns.reset();
  }

  #parcel(response: ExchangeResponse, around: Delivery): Parcel {
    const delivery: Delivery = { ...around, ...response };
    return { response, delivery, fault: this.#turns.next(delivery.faults ?? []) };
  }
}

function plainParcel(response: ExchangeResponse): Parcel {
  return { response, delivery: {}, fault: undefined };
}

/** A mistake in the test's own function has to be seen there, and not as a lost connection. */
function answerFailed(error: unknown): ExchangeResponse {
  const message = `The wire server's answer function failed: ${String(error)}`;
  return {
    status: 500,
    headers: { 'x-should-retry': 'false' },
    body: { error: { type: 'answer_failed', message } },
  };
}

/** Counts how many requests each fault has met, so that the next one of a list gets its turn. */
export class FaultTurns {
  readonly #met = new Map<Fault, number>();

  /** The first fault that is not used up yet. */
  next(faults: readonly Fault[]): Fault | undefined {
    const fault = faults.find((candidate) => this.#isDue(candidate));
    if (fault !== undefined) this.#met.set(fault, this.#timesMet(fault) + 1);
    return fault;
  }

  reset(): void {
    this.#met.clear();
  }

  #isDue(fault: Fault): boolean {
    return this.#timesMet(fault) < (fault.times ?? Number.POSITIVE_INFINITY);
  }

  #timesMet(fault: Fault): number {
    return this.#met.get(fault) ?? 0;
  }
}

/** A request as the server keeps it: only the server may still change whether it was aborted. */
export type OpenRequest = Omit<ReceivedRequest, 'aborted'> & { aborted: boolean };

export async function receiveRequest(incoming: IncomingMessage): Promise<OpenRequest> {
  const body = await text(incoming);
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: flatHeaders(incoming),
    body,
    json: parsedOrUndefined(body),
    aborted: false,
  };
}

function flatHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function parsedOrUndefined(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

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

/** Answers with each response once, in their order, and then with an empty object. */
export function inTurn(responses: readonly ExchangeResponse[]): () => ExchangeResponse {
  const left = [...responses];
  return () => left.shift() ?? { body: {} };
}
