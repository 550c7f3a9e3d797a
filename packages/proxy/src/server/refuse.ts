import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a request is not served, as its client shows it. */
export interface Refusal {
  readonly status: number;
  /** A word for programs, such as `unknown_route`. */
  readonly code: string;
  /** What happened and what to do, without anything of a prompt or a credential. */
  readonly message: string;
}

/** The body of a refusal, in the form in which the SDKs show a message. */
const textOf = ({ code, message }: Refusal) =>
  JSON.stringify({ error: { type: 'cached_llm_proxy', code, message } });

/** The headers of a refusal. No SDK tries such a request again, except where the upstream did not answer. */
const headersOf = ({ status }: Refusal, text: string): Readonly<Record<string, string>> => ({
  'content-type': 'application/json',
  'content-length': String(Buffer.byteLength(text)),
  ...(status < 500 && { 'x-should-retry': 'false' }),
});

/** Writes a refusal. Where a response has begun, it is cut, so that its client sees that it is not whole. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = textOf(refusal);
  response.writeHead(refusal.status, headersOf(refusal, text));
  response.end(text);
}

/** Writes a refusal to a connection on which there is no response to write to, and ends the connection. */
export function refuseConnection(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const text = textOf(refusal);
  const headers = { ...headersOf(refusal, text), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const first = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n`;
  socket.end(`${first}${lines.join('')}\r\n${text}`, () => socket.destroy());
}
