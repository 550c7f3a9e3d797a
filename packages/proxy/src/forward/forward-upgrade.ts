import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Route } from '../routes/index.ts';
import { requestHeaders, responseHeaders } from './passed-headers.ts';
import { eachHeader } from './raw-headers.ts';
import type { Upstream } from './upstream.ts';

/** A request to speak another protocol on its connection, such as the WebSocket of a real-time API. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What has come after the head of the request. */
  readonly head: Buffer;
}

/** The head of a response, with new headers for what is about the connection. */
function headText(
  { statusCode, statusMessage, rawHeaders }: IncomingMessage,
  own: readonly string[],
): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}\r\n`];
  const add = (name: string, value: string) => lines.push(`${name}: ${value}\r\n`);
  eachHeader(responseHeaders(rawHeaders), add);
  eachHeader(own, add);
  return `${lines.join('')}\r\n`;
}

/** Connects both sides. Where one ends or fails, so does the other. */
function join(client: Duplex, upstream: Duplex): void {
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.once('close', () => other.destroy());
    one.pipe(other);
  }
}

/** Passes on the answer of an upstream that does not upgrade. */
function passAnswer(response: IncomingMessage, socket: Upgrade['socket']): void {
  // Its body has no length any more that this connection knows: the end of the connection is its end.
  socket.write(headText(response, ['Connection', 'close']));
  response.on('error', () => socket.destroy());
  response.pipe(socket);
}

/** Passes an upgrade on, and then all bytes of both sides. @throws what Node.js says of the connection to the upstream */
export function forwardUpgrade(
  { request, socket, head }: Upgrade,
  route: Route,
  upstream: Upstream,
): Promise<void> {
  const { method = 'GET', rawHeaders, headers } = request;
  const protocol = headers.upgrade ?? '';
  const own = ['Connection', 'Upgrade', 'Upgrade', protocol];
  const passed = [...requestHeaders(rawHeaders), ...own];
  const sent = upstream.open(route, { method, headers: passed, isAlone: true });
  socket.once('close', () => sent.destroy());
  return new Promise((resolve, reject) => {
    sent.once('upgrade', (response, answered, first) => {
      const switched = ['Connection', 'Upgrade', 'Upgrade', response.headers.upgrade ?? protocol];
      socket.write(headText(response, switched));
      socket.write(first);
      answered.write(head);
      join(socket, answered);
      resolve();
    });
    sent.once('response', (response) => {
      passAnswer(response, socket);
      resolve();
    });
    sent.on('error', reject);
    sent.end();
  });
}
