import type { IncomingMessage } from 'node:http';
import type { Refusal } from './refuse.ts';

const TOO_MANY_HEADERS: Refusal = {
  status: 431,
  code: 'headers_too_large',
  message: 'The headers of the request are too large. Send fewer or shorter ones.',
};
const TOO_SLOW: Refusal = {
  status: 408,
  code: 'request_timeout',
  message: 'The request did not come in time. Send it again.',
};
const NO_HTTP: Refusal = {
  status: 400,
  code: 'bad_request',
  message: 'This is not a valid request of HTTP/1.1.',
};

/** What is said to a client whose request Node.js could not read. */
export function unreadableRequest({ code }: NodeJS.ErrnoException): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return TOO_MANY_HEADERS;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? TOO_SLOW : NO_HTTP;
}

/** What is said to a client that stops within its body. */
export const stalledRequest = TOO_SLOW;

/** What is said to a client that asks for a tunnel. */
export const TUNNEL: Refusal = {
  status: 405,
  code: 'no_tunnels',
  message:
    'This proxy opens no tunnels (CONNECT). Set the base URL of your client to one of its routes.',
};

const ABSOLUTE: Refusal = {
  status: 400,
  code: 'not_a_forward_proxy',
  message:
    'This proxy takes paths, and no whole URLs. Set the base URL of your client to one of its routes, and not HTTP_PROXY.',
};

/** Bytes in such a coding would reach the upstream without the header that names it (RFC 9112 §6.1). */
const CODED: Refusal = {
  status: 501,
  code: 'transfer_encoding',
  message: 'A request may be chunked, and have no other transfer-encoding.',
};

/** Why a request that Node.js could read is not served. */
export function badRequest({ url = '', headers }: IncomingMessage): Refusal | undefined {
  if (!url.startsWith('/')) return ABSOLUTE;
  const { 'transfer-encoding': coding = 'chunked' } = headers;
  return coding.toLowerCase() === 'chunked' ? undefined : CODED;
}
