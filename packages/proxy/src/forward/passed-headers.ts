import { isControlHeader } from '@cached-llm/core/adapter';

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

/** Calls `visit` with each header, in their order. */
export function eachHeader(
  rawHeaders: readonly string[],
  visit: (name: string, value: string) => void,
): void {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    visit(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  }
}

/** The names in the header `connection`: they are about the connection, too. */
function namedByConnection(rawHeaders: readonly string[]): ReadonlySet<string> {
  const named = new Set<string>();
  eachHeader(rawHeaders, (name, value) => {
    if (name.toLowerCase() !== 'connection') return;
    for (const each of value.split(',')) named.add(each.trim().toLowerCase());
  });
  return named;
}

/** The headers that go on to the next hop, in their order and their letters, without those that `isDropped`. */
export function passedHeaders(
  rawHeaders: readonly string[],
  isDropped: (name: string) => boolean = () => false,
): string[] {
  const named = namedByConnection(rawHeaders);
  const passed: string[] = [];
  eachHeader(rawHeaders, (name, value) => {
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !named.has(lower) && !isDropped(lower)) passed.push(name, value);
  });
  return passed;
}

/** The headers of a request to its upstream: those for the cache stay here, and the host is the upstream's. */
export function requestHeaders(
  rawHeaders: readonly string[],
  host: string,
  isDropped: (name: string) => boolean = () => false,
): string[] {
  const isOurs = (name: string) => name === 'host' || isControlHeader(name) || isDropped(name);
  return ['Host', host, ...passedHeaders(rawHeaders, isOurs)];
}
