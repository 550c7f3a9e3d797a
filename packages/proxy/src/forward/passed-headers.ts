import { isControlHeader } from '@cached-llm/core/adapter';
import { eachHeader } from './raw-headers.ts';

/** Headers that are about one connection (RFC 9110 §7.6.1), and those of proxies and upgrades before it. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Values of the header `connection` that name no header, as almost all clients send them. */
const NO_NAMES = /^(close|keep-alive|upgrade)?$/i;

/** Without its length, a body would be read as the next request of the connection (RFC 9112 §11.2). */
const NEVER_NAMED = 'content-length';

/** The names in the header `connection`: they are about the connection, too. Undefined where there are none. */
function namedByConnection(rawHeaders: readonly string[]): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined;
  eachHeader(rawHeaders, (name, value) => {
    if (NO_NAMES.test(value) || name.toLowerCase() !== 'connection') return;
    named ??= new Set();
    for (const each of value.split(',')) named.add(each.trim().toLowerCase());
  });
  named?.delete(NEVER_NAMED);
  return named;
}

/** The headers that go on to the next hop, in their order and their letters, without those that `isDropped`. */
export function passedHeaders(
  rawHeaders: readonly string[],
  isDropped?: (name: string) => boolean,
): string[] {
  const named = namedByConnection(rawHeaders);
  const passed: string[] = [];
  eachHeader(rawHeaders, (name, value) => {
    const lower = name.toLowerCase();
    const isOurs = HOP_BY_HOP.has(lower) || named?.has(lower) === true;
    if (!isOurs && isDropped?.(lower) !== true) passed.push(name, value);
  });
  return passed;
}

/** The headers of a response for its client, without those by which an upstream would speak for the cache of this proxy. */
export function responseHeaders(
  rawHeaders: readonly string[],
  isDropped: (name: string) => boolean = () => false,
): string[] {
  return passedHeaders(rawHeaders, (name) => isControlHeader(name) || isDropped(name));
}

/** The headers of a request to its upstream, without the host: those for the cache stay here. */
export function requestHeaders(
  rawHeaders: readonly string[],
  isDropped: (name: string) => boolean = () => false,
): string[] {
  const isOurs = (name: string) => name === 'host' || isControlHeader(name) || isDropped(name);
  return passedHeaders(rawHeaders, isOurs);
}
