import { snapshotOf } from './snapshot.ts';

export type Input = Parameters<typeof fetch>[0];

/** A request that may be answered from the store: JSON, sent to be answered. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** The body as it goes over the wire. */
  readonly text: string;
  readonly body: unknown;
  /** The caller's own. */
  readonly signal: AbortSignal | undefined;
  /** What `fetch` was given, as it was then. */
  readonly given: readonly [Input, RequestInit];
}

type Head = Omit<HttpRequest, 'text' | 'body'>;

/** Nothing for bytes that are no UTF-8: two such bodies could have one text. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Forms, files and streams have none: they go past the cache. */
function textOf(body: RequestInit['body']): string | undefined {
  return body instanceof Uint8Array ? decode(body) : typeof body === 'string' ? body : undefined;
}

/** The Request keeps its body. What is no JSON by its own word is not read at all: it may be large. */
async function textIn(request: Request): Promise<string | undefined> {
  const type = request.headers.get('content-type') ?? 'application/json';
  if (!/json|^text\/plain/i.test(type)) return undefined;
  return decode(new Uint8Array(await request.clone().arrayBuffer()));
}

/** The JSON in a body; undefined where it is none. */
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
  url.hash = ''; // never sent, and on no response
  return url;
}

function withText(head: Head, text: string | undefined): HttpRequest | undefined {
  const body = text === undefined ? undefined : parseBody(text);
  if (text === undefined || typeof body !== 'object' || body === null) return undefined;
  return { ...head, text, body };
}

/** Reads what `fetch` was given, and leaves it as it was; nothing for what no cache should touch. */
export function readRequest(
  input: Input,
  init: RequestInit = {},
): HttpRequest | undefined | Promise<HttpRequest | undefined> {
  const request = input instanceof Request ? input : undefined;
  const method = (init.method ?? request?.method ?? 'GET').toUpperCase();
  const url = urlOf(input);
  if (method !== 'POST' || url === undefined) return undefined;
  const given = snapshotOf(input, init);
  const headers = new Headers(init.headers ?? request?.headers);
  const signal = init.signal === undefined ? request?.signal : (init.signal ?? undefined);
  const head = { method, url, headers, signal, given };
  const [, { body }] = given;
  if (body !== undefined && body !== null) return withText(head, textOf(body));
  return request && textIn(request).then((text) => withText(head, text));
}
