import type { ClientRequest } from 'node:http';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Route } from '../routes/index.ts';
import { Connections } from './connections.ts';

/** The head of a request to an upstream. */
export interface UpstreamHead {
  readonly method: string;
  /** Names and values in turn, without the host. */
  readonly headers: readonly string[];
  /** Its connection is for no other request. @default false */
  readonly isAlone?: boolean | undefined;
}

/** Clients read more headers of a response than the 16 KiB that Node.js reads by itself. */
const MOST_HEADER_BYTES = 256 * 1024;

/** The upstream was not called, because the proxy answers from recordings alone. */
export class NotCalled extends Error {
  override readonly name = 'NotCalled';
}

/** A question to an upstream that the proxy asks itself. */
export interface UpstreamQuestion {
  readonly url: URL;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly signal: AbortSignal;
}

/** Gets the method and the path, such as `GET /v1/models`, of a request for which no upstream was called. */
type NotCalledListener = (operation: string) => void;

export interface UpstreamOptions {
  /** False in mode `replay`, which calls nobody. */
  readonly isCalled: boolean;
  /** @default none */
  readonly onNotCalled?: NotCalledListener | undefined;
  /** Where `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are read. @default that of this process */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The connections to all upstreams of one proxy. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #connections: Connections;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#connections = new Connections(options.environment ?? process.env);
  }

  /** Opens a request. The caller writes its body and ends it. @throws {NotCalled} or {NetworkProxyFailure} */
  open(
    { url, path }: Pick<Route, 'url' | 'path'>,
    { method, headers, isAlone = false }: UpstreamHead,
  ): ClientRequest {
    if (!this.#options.isCalled) {
      const operation = `${method} ${url.pathname}`;
      this.#options.onNotCalled?.(operation);
      throw new NotCalled(`${operation} has no recorded answer.`);
    }
    const open = url.protocol === 'http:' ? httpRequest : httpsRequest;
    const to = this.#connections.to({ url, path, isAlone });
    return open({
      method,
      path: to.path,
      headers: ['Host', url.host, ...to.headers, ...headers],
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'), // IPv6
      port: url.port || undefined,
      maxHeaderSize: MOST_HEADER_BYTES,
      agent: to.agent,
    });
  }

  /** Asks with a GET, and resolves to the status. @throws what Node.js says of the connection, or of the abort */
  async ask({ url, headers, signal }: UpstreamQuestion): Promise<number> {
    const path = `${url.pathname}${url.search}`;
    const sent = this.open({ url, path }, { method: 'GET', headers });
    const answered = responseTo(sent, signal);
    sent.end();
    const { statusCode = 0 } = (await answered).resume();
    return statusCode;
  }

  close(): void {
    this.#connections.close();
  }
}

/**
 * The response to a request that has been opened. The signal ends the request, also while its response is read.
 *
 * @throws what Node.js says of the connection, or the reason of the signal
 */
export function responseTo(
  request: ClientRequest,
  signal?: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal?.reason);
      request.destroy();
    };
    request.once('response', resolve);
    request.on('error', reject); // it may fail more than once, and nobody waits any more
    if (signal?.aborted === true) return abort();
    signal?.addEventListener('abort', abort, { once: true });
    // Node.js keeps a signal of `AbortSignal.any` for as long as somebody listens to it, and the request with it.
    request.once('close', () => signal?.removeEventListener('abort', abort));
  });
}
