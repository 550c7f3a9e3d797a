import { shareOrigin } from '@cached-llm/core/adapter';
import { withCallerSignal } from '@cached-llm/http';

/** What an SDK calls before it sends a request, so that a subclass may change it. It is protected in the types. */
type Prepare = (
  request: RequestInit,
  context: { readonly options?: { readonly signal?: AbortSignal | null } },
) => unknown;

/** A promise of the SDK, which has the response of HTTP beside what the SDK made of it. */
interface Requested {
  _thenUnwrap?(
    transform: (made: unknown, of?: { readonly response?: object | undefined }) => unknown,
  ): unknown;
}

interface Inside {
  prepareRequest?: Prepare;
  request?: (...request: unknown[]) => Requested;
  withOptions?: (options: object) => object;
}

/** A property that replaces a method of the class, and that no copy of the client's fields takes along. */
function replace<Name extends keyof Inside>(client: Inside, name: Name, value: Inside[Name]): void {
  Object.defineProperty(client, name, { value, configurable: true, writable: true });
}

/** Lets what the SDK makes of a response come from the same call as the response: newer SDKs parse its text themselves. */
function traceAnswers(client: Inside): void {
  const { request } = client;
  if (request === undefined) return;
  replace(client, 'request', (...asked) => {
    const requested = request.apply(client, asked);
    // Releases of openai 4 say nothing of the response there.
    const traced = requested._thenUnwrap?.((made, of) => shareOrigin(of?.response ?? [], made));
    return (traced ?? requested) as Requested; // of the same class
  });
}

/** Lets the cache tell the SDK's own time-out from an abort of the caller: both fire the one signal that the SDK sends. */
function showCallerSignal(client: Inside): void {
  const { prepareRequest } = client;
  if (prepareRequest === undefined) return;
  replace(client, 'prepareRequest', (request, context) => {
    Object.assign(request, withCallerSignal(undefined, context.options?.signal));
    return prepareRequest.call(client, request, context);
  });
}

/**
 * Lets the cache know what the client's `fetch` does not tell: who aborts a request, and what became of a response. A client
 * that is derived from this one has the same.
 */
export function observeClient<Client extends object>(client: Client): Client {
  const inside: Inside = client;
  traceAnswers(inside);
  showCallerSignal(inside);
  const { withOptions } = inside;
  if (withOptions === undefined) return client; // openai 4 derives no client from another
  replace(inside, 'withOptions', (options) => observeClient(withOptions.call(client, options)));
  return client;
}
