import { isControlHeader, type ReadControl, readControlHeaders } from '@cached-llm/core/adapter';
import { type CacheWishes, cacheWishes, isGatewayCacheSkipped } from './cache-directive.ts';
import type { HeaderList } from './header-list.ts';
import { withoutControl } from './without-control.ts';

type Input = Parameters<typeof fetch>[0];

/** A request that may be answered from the store: a POST of JSON. */
export interface HttpRequest extends CacheWishes {
  readonly method: string;
  readonly url: URL;
  readonly headers: HeaderList;
  /** The body as it is sent. */
  readonly text: string;
  /** The body, parsed. */
  readonly body: object;
  /** The caller's own signal. */
  readonly signal: AbortSignal | undefined;
  /** What its headers say to the cache; undefined where they say nothing. */
  readonly control: ReadControl | undefined;
}

/** A request that was given to `fetch`. */
export interface FetchRequest extends HttpRequest {
  readonly headers: Headers;
  /** The arguments of `fetch`, as they were when it was called, without the headers for the cache. */
  readonly given: readonly [Input, RequestInit];
}

type Unread<Request extends HttpRequest> = Omit<Request, 'text' | 'body'>;

/** Bytes that are no UTF-8 have no text: two such bodies could have the same one. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Forms, files and streams have no text: they bypass the cache. */
function textOf(body: RequestInit['body']): string | undefined {
  return body instanceof Uint8Array ? decode(body) : typeof body === 'string' ? body : undefined;
}

/** Reads a copy of a Request's body. A body that is not declared as JSON is not read: it may be large. */
async function textIn(request: Request): Promise<string | undefined> {
  const type = request.headers.get('content-type') ?? 'application/json';
  if (!/json|^text\/plain/i.test(type)) return undefined;
  return decode(new Uint8Array(await request.clone().arrayBuffer()));
}

/** The JSON in a body, or undefined where the body is not JSON. */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function urlOf(input: Input): URL | undefined {
  const href = input instanceof Request ? input.url : String(input);
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return undefined;
  url.hash = ''; // a fragment is never sent, and is on no response
  return url;
}

function copyOfHeaders(headers: RequestInit['headers']): RequestInit['headers'] {
  if (headers instanceof Headers) return new Headers(headers);
  if (Array.isArray(headers)) return headers.map((pair) => [...pair] as [string, string]); // the type it came with
  const isPlain = Object.getPrototypeOf(headers ?? {}) === Object.prototype;
  return isPlain ? { ...headers } : headers; // an object of another library's class is left as it is
}

function copyOfBody(body: RequestInit['body']): RequestInit['body'] {
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0));
  if (!ArrayBuffer.isView(body)) return body;
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
}

/** A copy of what `fetch` was given: it is sent after a look-up, and the caller may change its own before that. */
function snapshotOf(input: Input, init: RequestInit): readonly [Input, RequestInit] {
  const copy: Record<string, unknown> = { ...init };
  if (init.headers !== undefined) copy.headers = copyOfHeaders(init.headers);
  if (init.body !== undefined) copy.body = copyOfBody(init.body);
  return [input instanceof URL ? new URL(input) : input, copy];
}

/** The types of Node 20 lack it, and its `fetch` has it. */
function cacheModeOf(given: RequestInit | undefined): string | undefined {
  const mode: unknown = given === undefined ? undefined : Reflect.get(given, 'cache');
  return typeof mode === 'string' ? mode : undefined;
}

function withText<Request extends HttpRequest>(
  head: Unread<Request>,
  text: string | undefined,
): Request | undefined {
  const body = text === undefined ? undefined : parseBody(text);
  if (text === undefined || typeof body !== 'object' || body === null) return undefined;
  const directive = isGatewayCacheSkipped(head.headers, body) ? 'no-store' : head.directive;
  return { ...head, directive, text, body } as Request; // what was unread is read
}

/**
 * Reads the arguments of `fetch` and leaves them as they were. Returns undefined for a request that is not
 * a POST of JSON over HTTP: such a request bypasses the cache.
 */
export function readRequest(
  input: Input,
  init: RequestInit = {},
): FetchRequest | undefined | Promise<FetchRequest | undefined> {
  const request = input instanceof Request ? input : undefined;
  const method = (init.method ?? request?.method ?? 'GET').toUpperCase();
  const url = urlOf(input);
  if (method !== 'POST' || url === undefined) return undefined;
  const all = new Headers(init.headers ?? request?.headers);
  const control = readControlHeaders(all);
  const [sent, options = init] =
    control === undefined ? [input, init] : withoutControl(input, init);
  const given = snapshotOf(sent, options);
  const headers = control === undefined ? all : new Headers(options.headers);
  const signal = init.signal === undefined ? request?.signal : (init.signal ?? undefined);
  const wishes = cacheWishes(cacheModeOf(init) ?? cacheModeOf(request), headers);
  const head = { method, url, headers, control, signal, given, ...wishes };
  const [, { body }] = given;
  if (body !== undefined && body !== null) return withText<FetchRequest>(head, textOf(body));
  return request && textIn(request).then((text) => withText<FetchRequest>(head, text));
}

/** A request as a server received it. The headers for the cache are among its headers. */
export interface ReceivedRequest {
  readonly url: URL;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly signal: AbortSignal | undefined;
  /** What the server itself says of caches, as the mode of `fetch` does: it counts where the headers do not say more. @default 'default' */
  readonly cacheMode?: 'default' | 'no-cache' | 'no-store' | undefined;
}

/** The headers that are sent to the provider. */
class SentHeaders implements HeaderList {
  readonly #headers: HeaderList;

  constructor(headers: HeaderList) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    return isControlHeader(name) ? null : this.#headers.get(name);
  }

  *[Symbol.iterator]() {
    for (const header of this.#headers) if (!isControlHeader(header[0])) yield header;
  }
}

/** Reads a POST that a server received. Undefined where its body is not JSON. */
export function readReceived({
  url,
  headers,
  body,
  signal,
  cacheMode,
}: ReceivedRequest): HttpRequest | undefined {
  const control = readControlHeaders(headers);
  const sent = control === undefined ? headers : new SentHeaders(headers);
  const head = {
    method: 'POST',
    url,
    headers: sent,
    control,
    signal,
    ...cacheWishes(cacheMode, sent),
  };
  return withText<HttpRequest>(head, decode(body));
}
