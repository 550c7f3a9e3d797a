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
}

type Input = Parameters<typeof fetch>[0];

function textOf(body: RequestInit['body']): string | undefined {
  if (typeof body === 'string') return body;
  const isBytes = body instanceof ArrayBuffer || ArrayBuffer.isView(body);
  return isBytes ? new TextDecoder().decode(body) : undefined; // forms, files and streams go past the cache
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function urlOf(input: Input): URL | undefined {
  const href = input instanceof Request ? input.url : String(input);
  const url = URL.canParse(href) ? new URL(href) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** Reads what `fetch` was given, and leaves it as it was; nothing for what no cache should touch. */
export async function readRequest(
  input: Input,
  init: RequestInit = {},
): Promise<HttpRequest | undefined> {
  const request = input instanceof Request ? input : undefined;
  const method = (init.method ?? request?.method ?? 'GET').toUpperCase();
  const url = urlOf(input);
  if (method !== 'POST' || url === undefined) return undefined;
  const text = textOf(init.body) ?? (await request?.clone().text());
  const body = text === undefined ? undefined : parse(text);
  if (text === undefined || typeof body !== 'object' || body === null) return undefined;
  const headers = new Headers(init.headers ?? request?.headers);
  return { method, url, headers, text, body, signal: init.signal ?? request?.signal };
}
