import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket, Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { startTimer } from '@cached-llm/core/store';
import type { Exchange, Upgrade } from '../forward/index.ts';
import { badRequest, stalledRequest, TUNNEL, unreadableRequest } from './bad-requests.ts';
import { failure } from './failure.ts';
import { headWithoutOffer, isWebSocket } from './protocol-offers.ts';
import { type Refusal, refuse, refuseConnection } from './refuse.ts';

/** How long a client may take, and how much it may send. Times are milliseconds. */
interface Bounds {
  /** For the headers of a request. */
  readonly headersTimeout: number;
  /** Between two parts of the body of a request. */
  readonly idleTimeout: number;
  /** Bytes of the headers of a request. */
  readonly maxHeaderSize: number;
}

const BOUNDS: Bounds = { headersTimeout: 20_000, idleTimeout: 60_000, maxHeaderSize: 32 * 1024 };

/** Where a server listens, and who serves its requests. */
export interface ServerPlan {
  readonly port: number;
  readonly host: string;
  readonly bounds?: Partial<Bounds> | undefined;
  serve(exchange: Exchange): void | Promise<void>;
  upgrade(upgrade: Upgrade): Promise<void>;
}

/** A server that listens. */
export interface RunningServer {
  /** Its address, as a client writes it. */
  readonly url: string;
  /**
   * Takes no more connections, and resolves when all requests have been answered. Requests that come on open connections
   * within `drain` milliseconds are answered, too. What is under way after `within` milliseconds is cut.
   */
  close(drain: number, within?: number): Promise<void>;
}

/** The server, and what is under way on its connections. */
class ProxyServer {
  readonly #plan: ServerPlan;
  readonly #server: Server;
  /** The last request on each connection. */
  readonly #exchanges = new WeakMap<Socket, Exchange>();
  /** Connections that end with the answer to a bad request. */
  readonly #refused = new WeakSet<Socket>();
  /** Connections that no longer speak HTTP. */
  readonly #upgraded = new Set<Duplex>();
  #isClosing = false;

  constructor(plan: ServerPlan) {
    const { headersTimeout, idleTimeout, maxHeaderSize } = { ...BOUNDS, ...plan.bounds };
    this.#plan = plan;
    this.#server = createServer({
      maxHeaderSize,
      headersTimeout,
      requestTimeout: 0, // a large file takes its time; one that stalls is noticed below
      connectionsCheckingInterval: Math.min(5_000, headersTimeout),
    });
    this.#server.timeout = idleTimeout;
    this.#server.on('request', (...given) => this.#serve(...given, false));
    this.#server.on('checkContinue', (...given) => this.#serve(...given, true));
    this.#server.on('upgrade', (request, socket, head) => {
      if (isWebSocket(request)) this.#upgrade(request, socket, head);
      else this.#serveAsIs(request, socket, head);
    });
    this.#server.on('connect', (_request, socket) => refuseConnection(socket, TUNNEL));
    this.#server.on('clientError', (error, socket) =>
      refuseConnection(socket, unreadableRequest(error)),
    );
    this.#server.on('timeout', (socket) => this.#endIdle(socket));
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#plan.port, this.#plan.host);
    await once(this.#server, 'listening');
  }

  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo; // it listens on a port
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** A request may come on an open connection at any moment, so that closing an idle one at once could lose it. */
  async close(drain: number, within?: number): Promise<void> {
    this.#isClosing = true;
    // The `close` of a server of HTTP ends idle connections at once.
    const closed = new Promise((resolve) => TcpServer.prototype.close.call(this.#server, resolve));
    for (const socket of this.#upgraded) socket.destroy();
    const ends = [startTimer(drain, () => this.#server.closeIdleConnections())];
    if (within !== undefined) {
      ends.push(startTimer(within, () => this.#server.closeAllConnections()));
    }
    await closed;
    for (const end of ends) end();
    this.#server.close(); // which ends the checks of its connections
  }

  #serve(request: IncomingMessage, response: ServerResponse, isExpecting: boolean): void {
    if (this.#isClosing) response.shouldKeepAlive = false;
    if (this.#refused.has(request.socket)) return; // what follows a bad request may be a part of it
    const exchange = { request, response, isExpecting };
    this.#exchanges.set(request.socket, exchange);
    const bad = badRequest(request);
    if (bad !== undefined) this.#refuse(exchange, bad);
    else this.#begin(exchange);
  }

  /** Whatever fails is the failure of one request, whether it fails at once or later. */
  #begin(exchange: Exchange): void {
    const refused = (error: unknown) => refuse(exchange.response, failure(error));
    try {
      this.#plan.serve(exchange)?.catch(refused);
    } catch (error) {
      refused(error);
    }
  }

  #refuse({ request, response }: Exchange, bad: Refusal): void {
    this.#refused.add(request.socket);
    response.shouldKeepAlive = false;
    refuse(response, bad);
  }

  /** The client offers another protocol and goes on without it (RFC 9110 §7.8): its request is read again without the offer. */
  #serveAsIs(request: IncomingMessage, socket: Duplex, rest: Buffer): void {
    socket.unshift(Buffer.concat([headWithoutOffer(request), rest]));
    this.#server.emit('connection', socket);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
    socket.on('error', () => socket.destroy());
    const bad = badRequest(request);
    const refused = (error: unknown) => refuseConnection(socket, failure(error));
    if (bad !== undefined) refuseConnection(socket, bad);
    else this.#plan.upgrade({ request, socket, head }).catch(refused);
  }

  /** Ends a connection on which nothing is under way, or whose client stopped within its request. */
  #endIdle(socket: Socket): void {
    const exchange = this.#exchanges.get(socket);
    if (exchange === undefined || exchange.response.writableFinished) return void socket.destroy();
    const { request, response } = exchange;
    // A body that its upstream does not take in yet waits, too.
    if (request.complete || request.readableFlowing !== true) return;
    refuse(response, stalledRequest);
    socket.destroySoon();
  }
}

/** Starts a server, and resolves when it listens. @throws what Node.js says of an address that cannot be used */
export async function startServer(plan: ServerPlan): Promise<RunningServer> {
  const server = new ProxyServer(plan);
  await server.listen();
  return server;
}
