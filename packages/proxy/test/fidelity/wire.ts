import { once } from 'node:events';
import {
  type Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as open,
  type RequestListener,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of a test, which answers as its listener says. */
export interface TestServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startServer(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A response, byte for byte. */
export interface Received {
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The body ended before its end. */
  readonly isCut: boolean;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
}

function receive(response: IncomingMessage): Promise<Received> {
  const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders, headers } = response;
  const parts: Buffer[] = [];
  response.on('data', (part) => parts.push(part));
  return new Promise((resolve) => {
    const settle = (isCut: boolean) =>
      resolve({ status, statusText, rawHeaders, headers, body: Buffer.concat(parts), isCut });
    response.once('end', () => settle(false));
    response.once('error', () => settle(true));
  });
}

/** Asks without the conveniences of `fetch`: nothing is decoded, and no header is added but those of HTTP/1.1. */
export async function ask(url: string, { method = 'POST', headers, body, agent }: Asked = {}) {
  const sent = open(url, { method, headers: headers ?? {}, agent: agent ?? false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage]; // its only argument
  return receive(response);
}

/** The value of a header in a list of names and values. */
export function headerIn(rawHeaders: readonly string[], name: string): string | undefined {
  const at = rawHeaders.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  return at < 0 ? undefined : rawHeaders[at + 1];
}
