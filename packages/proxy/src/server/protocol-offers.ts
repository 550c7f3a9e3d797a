import type { IncomingMessage } from 'node:http';

/**
 * Does the client want its connection for a WebSocket (RFC 6455 §4.1)? Others offer HTTP/2 with an ordinary request, body
 * and all, as Java's `HttpClient` does with each one to a server without TLS.
 */
export function isWebSocket({ method, headers }: IncomingMessage): boolean {
  const hasBody =
    Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  return method === 'GET' && !hasBody && headers.upgrade?.toLowerCase() === 'websocket';
}

const OFFER: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** The other names in a header `connection`, such as `close`. */
const withoutUpgrade = (value: string) =>
  value
    .split(',')
    .filter((name) => !/^(upgrade|http2-settings)$/i.test(name.trim()))
    .join(',');

/** The head of a request as it came, but for its offer to speak another protocol. */
export function headWithoutOffer({
  method,
  url,
  httpVersion,
  rawHeaders,
}: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const lower = name.toLowerCase();
    if (OFFER.has(lower)) continue;
    lines.push(`${name}: ${lower === 'connection' ? withoutUpgrade(value) : value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
