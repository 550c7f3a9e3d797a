import type { ClientRequest } from 'node:http';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Route } from '../routes/index.ts';

/** The head of a request to an upstream. */
export interface UpstreamHead {
  readonly method: string;
  /** Names and values in turn, without the host. */
  readonly headers: readonly string[];
  /** Its connection is for no other request. @default false */
  readonly isAlone?: boolean | undefined;
}

/**
 * An upstream, or a firewall on the way to it, ends an idle connection, and the request that is sent on it meanwhile fails.
 * After this many milliseconds nothing more is sent on one, as in `fetch` of Node.js.
 */
const MOST_IDLE = 4_000;
const KEPT = { keepAlive: true, timeout: MOST_IDLE } as const;

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
}

/** The connections to all upstreams of one proxy. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #http = new HttpAgent(KEPT);
  readonly #https = new HttpsAgent(KEPT);

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** Opens a request. The caller writes its body and ends it. @throws {NotCalled} */
  open(
    { url, path }: Pick<Route, 'url' | 'path'>,
    { method, headers, isAlone = false }: UpstreamHead,
  ): ClientRequest {
    if (!this.#options.isCalled) {
      const operation = `${method} ${url.pathname}`;
      this.#options.onNotCalled?.(operation);
      throw new NotCalled(`${operation} has no recorded answer.`);
    }
    const isPlain = url.protocol === 'http:';
    const open = isPlain ? httpRequest : httpsRequest;
    const shared = isPlain ? this.#http : this.#https;
    return open({
      method,
      path,
      headers: ['Host', url.host, ...headers],
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'), // IPv6
      port: url.port || undefined,
      maxHeaderSize: MOST_HEADER_BYTES,
      agent: isAlone ? false : shared,
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
    this.#http.destroy();
    this.#https.destroy();
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
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
