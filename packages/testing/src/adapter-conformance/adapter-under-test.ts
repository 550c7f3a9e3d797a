import type { LlmCache } from '@cached-llm/core';
import type { Adapter, Usage } from '@cached-llm/core/adapter';
import type { ExchangeResponse, ReceivedRequest } from '../wire-server/index.ts';

/**
 * What a subject may lack. The suite does not test it, and names it in its title. A subject lacks `stream`, `unfit`,
 * `unfitStreams`, `neutral`, `inspect`, `wrapper` and `functions` if it has no such field; it names the others in `without`.
 */
export type AdapterCapability =
  /** A signal can abort a running stream. */
  | 'abort'
  /** Equal calls at once are one request. A seam that looks up first and stores later cannot do that. */
  | 'collapse'
  | 'functions'
  /** The caller's own headers reach the provider. */
  | 'headers'
  | 'inspect'
  | 'neutral'
  | 'stream'
  /** What its SDK makes of a response is traced to the call. */
  | 'trace'
  | 'unfit'
  | 'unfitStreams'
  | 'wrapper';

/** A call that does not stream, with the answer of the provider. */
export interface PlainCall<Request> {
  /** The request as the SDK takes it, with a text of 12 characters or more in it. */
  readonly request: Request;
  /** A complete and successful answer, which has to be stored. */
  readonly response: ExchangeResponse;
}

/** A call that streams, with the stream of the provider. */
export interface StreamedCall<Request> {
  /** The request as `stream` takes it. `stream` may add the fields that only streaming needs, such as `stream: true`. */
  readonly request: Request;
  /** A complete stream, which is complete with its last event and not before. */
  readonly response: ExchangeResponse;
  /** After how many of its events the SDK can give the first chunk. @default 1 */
  readonly firstChunkAfter?: number;
}

/** Changes of a request, each under the name of the change: `{ 'a seed': (request) => ({ ...request, seed: 1 }) }`. */
export type Variations<Request> = Readonly<Record<string, (request: Request) => Request>>;

/** The function that wraps the clients of the SDK, such as `cachedOpenAI`. */
export interface WrapperUnderTest {
  wrap(client: never): unknown;
  /** Values that are not a client of the SDK, such as its class, by name. */
  readonly wrongClients: Readonly<Record<string, unknown>>;
  /** A part of the error's message: `new OpenAI()`. */
  readonly remedy: string;
}

/** The adapter for functions that call the SDK themselves. */
export interface FunctionsUnderTest {
  readonly adapter: Adapter;
  /** The usage of the plain answer. */
  readonly usage: Usage;
}

/** Where a client sends its requests, and the cache that it uses. */
export interface ClientPlace {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** The cache for the adapter's wrapper. It has the scope and the store of the test. */
  readonly cache: LlmCache;
  /** The client authenticates with it; two clients may have two different keys. */
  readonly apiKey: string;
  /** The client sends them with every request, in addition to its own. Mostly there are none. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A client of the real SDK, wrapped by the adapter. */
export interface ConformanceClient<Request> {
  /** Makes a call, and gives the SDK's result. The request is the suite's own copy: pass it on as it is. */
  ask(request: Request): PromiseLike<unknown>;
  /** Makes a streamed call, and gives the SDK's iterable. The signal aborts the call. */
  stream?(
    request: Request,
    signal: AbortSignal,
  ): AsyncIterable<unknown> | PromiseLike<AsyncIterable<unknown>>;
  /** Releases everything that the client holds open. @default nothing to release */
  close?(): unknown;
}

/**
 * The provider's side of a test. A wire of the subject's own obeys `status`, and of the delivery the parts that make
 * sense on it: at least the faults `end-early`, `cut-socket` and `hang`, and `latencyPerChunk`.
 */
export interface ConformanceWire {
  readonly url: string;
  /** The requests that arrived, oldest first. */
  readonly requests: readonly Pick<ReceivedRequest, 'headers' | 'aborted'>[];
  /** Sets the answer to every request from now on. */
  answer(response: ExchangeResponse): void;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** An adapter with its real SDK, as the suite tests it. */
export interface AdapterUnderTest<Request> {
  /** It stands in the suite's title. */
  readonly name: string;
  /** Makes a new client without retries. A test may call it several times for one wire. */
  open(place: ClientPlace): ConformanceClient<Request> | PromiseLike<ConformanceClient<Request>>;
  readonly plain: PlainCall<Request>;
  /** @default the adapter has no streams */
  readonly streamed?: StreamedCall<Request>;
  /** Changes that may change the answer: each makes a request with a key of its own. */
  readonly nearMisses: Variations<Request>;
  /** Changes that the answer does not depend on. */
  readonly neutral?: Variations<Request>;
  /** Plain answers that must not be stored, each under its own name: cut off, filtered, refused, an error under status 200. */
  readonly unfit?: Readonly<Record<string, ExchangeResponse>>;
  /** Streams that must not be stored although they run to their end, each under its own name. */
  readonly unfitStreams?: Readonly<Record<string, ExchangeResponse>>;
  readonly wrapper?: WrapperUnderTest;
  readonly functions?: FunctionsUnderTest;
  /** Gives what a response's getters, methods and hidden fields return, as plain data. */
  inspect?(response: unknown): unknown;
  /** Does the same for one chunk of a stream, which is mostly of another class. */
  inspectChunk?(chunk: unknown): unknown;
  /** Gives a response or a chunk without the parts that show a hit, such as raw headers. @default all of it */
  comparable?(value: unknown): unknown;
  /** What its SDK or its seam cannot do. @default nothing */
  readonly without?: readonly ('abort' | 'collapse' | 'headers' | 'trace')[];
  /** Starts a wire of the subject's own, if its wire is not JSON or an event stream over HTTP. @default the wire server */
  startWire?(): Promise<ConformanceWire>;
}
