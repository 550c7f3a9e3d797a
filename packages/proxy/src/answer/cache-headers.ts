import type { IncomingMessage } from 'node:http';
import { passedHeaders, RawHeaders } from '../forward/index.ts';

const NO_CACHE: ReadonlySet<string> = new Set(['cache-control', 'pragma']);

/**
 * Is a request not to be cached only because its SDK says so of each stream? Those that Fern generates, as Cohere's, set
 * `cache: 'no-store'`, which the fetch of Node.js writes as these two headers (Fetch §4.6). Who wants a new answer says so
 * with `x-cached-llm: refresh`.
 */
function isDefaultOfSdk({ headers }: IncomingMessage): boolean {
  const { 'cache-control': control, pragma } = headers;
  const isWritten = control === 'no-cache' && pragma === 'no-cache';
  return isWritten && headers['x-fern-language'] !== undefined;
}

/** The token is for the proxy, and the host is its own. */
const isOfProxy = (name: string) => name === 'host' || name === 'x-cached-llm-token';

/** The headers of a request by which the cache is asked: for its key, and for what they say to a cache. */
export function cacheHeaders(request: IncomingMessage): RawHeaders {
  const isDropped = isDefaultOfSdk(request)
    ? (name: string) => isOfProxy(name) || NO_CACHE.has(name)
    : isOfProxy;
  return new RawHeaders(passedHeaders(request.rawHeaders, isDropped));
}
