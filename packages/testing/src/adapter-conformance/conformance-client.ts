import type { LlmCache } from '@cached-llm/core';

/** Where a client has to go, and what it has to go through. */
export interface ClientPlace {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** For the adapter's door. It has the scope and the store of the test. */
  readonly cache: LlmCache;
  /** What the client authenticates with; two clients may have two. */
  readonly apiKey: string;
  /** To be sent with every request, in addition to the client's own. Mostly none. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A client of the real SDK behind the adapter's door. */
export interface ConformanceClient<Request> {
  /** Asks, and gives what the SDK gives. The request is the suite's own copy: hand it over as it is. */
  ask(request: Request): PromiseLike<unknown>;
  /** Asks for a stream, and gives what the SDK gives to iterate over. The signal aborts the call. */
  stream?(
    request: Request,
    signal: AbortSignal,
  ): AsyncIterable<unknown> | PromiseLike<AsyncIterable<unknown>>;
  /** Lets go of what the client holds open. @default nothing to do */
  close?(): unknown;
}
