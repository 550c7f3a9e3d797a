import type { Input } from './read-request.ts';

function copyOfHeaders(headers: RequestInit['headers']): RequestInit['headers'] {
  if (headers instanceof Headers) return new Headers(headers);
  if (Array.isArray(headers)) return headers.map((pair) => [...pair] as [string, string]); // as it came
  const isPlain = Object.getPrototypeOf(headers ?? {}) === Object.prototype;
  return isPlain ? { ...headers } : headers; // another library's class stays what it is
}

function copyOfBody(body: RequestInit['body']): RequestInit['body'] {
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0));
  if (!ArrayBuffer.isView(body)) return body;
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
}

/** What `fetch` was given, as it is now: it is sent after a look-up, and its giver may use it anew at once. */
export function snapshotOf(input: Input, init: RequestInit): readonly [Input, RequestInit] {
  const copy: Record<string, unknown> = { ...init };
  if (init.headers !== undefined) copy.headers = copyOfHeaders(init.headers);
  if (init.body !== undefined) copy.body = copyOfBody(init.body);
  return [input instanceof URL ? new URL(input) : input, copy];
}
