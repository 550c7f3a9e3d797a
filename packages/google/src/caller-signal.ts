import { type Fetch, withCallerSignal } from '@cached-llm/http';

/** Options of the client, and of one request. */
interface HttpOptions {
  fetch?: Fetch;
  readonly timeout?: number;
}

/** What the SDK sends a request with. It is private in the types, hence checked. */
interface SentRequest {
  readonly abortSignal?: AbortSignal;
  readonly httpOptions?: HttpOptions;
}

type Send = (this: ApiClient, request: SentRequest) => unknown;

export interface ApiClient {
  readonly clientOptions?: { readonly httpOptions?: HttpOptions };
  /** They name the version of the SDK. */
  getDefaultHeaders?(): Readonly<Record<string, string>>;
  apiCall?(
    url: string,
    init?: RequestInit,
    retryOptions?: unknown,
    timeout?: number,
    abortSignal?: AbortSignal,
  ): Promise<Response>;
  request?: Send;
  requestStream?: Send;
}

const shown = new WeakSet<ApiClient>();

/** The request with a fetch that knows its caller's signal. Without a timeout every abort is the caller's. */
function withCaller({ clientOptions }: ApiClient, request: SentRequest): SentRequest {
  const options = { ...clientOptions?.httpOptions, ...request.httpOptions };
  const { fetch, timeout } = options;
  if (fetch === undefined || timeout === undefined) return request;
  const { abortSignal } = request;
  const fetchForCaller: Fetch = (input, init) => fetch(input, withCallerSignal(init, abortSignal));
  return { ...request, httpOptions: { ...request.httpOptions, fetch: fetchForCaller } };
}

/** Lets the cache tell the SDK's own time-out from an abort of the caller: both fire the one signal that the SDK sends. */
export function showCallerSignal(apiClient: ApiClient): void {
  if (shown.has(apiClient)) return;
  shown.add(apiClient);
  for (const method of ['request', 'requestStream'] as const) {
    const send = apiClient[method];
    if (send === undefined) continue;
    // Of this client, or of one that was derived from it for a single call.
    apiClient[method] = function sendForCaller(request) {
      return send.call(this, withCaller(this, request));
    };
  }
}
