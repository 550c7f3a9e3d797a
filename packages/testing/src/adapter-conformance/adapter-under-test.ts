import type { Adapter, LlmCache, Usage } from '@cached-llm/core';
import type { ExchangeResponse, ReceivedRequest } from '../wire-server/exchange.ts';
import { startWireServer } from '../wire-server/wire-server.ts';

/**
 * What a subject may lack; what it lacks is not tested, and is named in the suite's title. `stream`,
 * `unfit`, `unfitStreams`, `neutral`, `inspect`, `door` and `functions` are lacking where the subject has no
 * such field; the others are named in `without`.
 */
export type AdapterCapability =
  /** A running stream can be aborted by a signal. */
  | 'abort'
  /** Equal calls at once are one request: no seam that looks up first and stores later can do that. */
  | 'collapse'
  | 'door'
  | 'functions'
  /** Headers of the caller's own reach the provider. */
  | 'headers'
  | 'inspect'
  | 'neutral'
  | 'stream'
  | 'unfit'
  | 'unfitStreams';

export interface PlainCall<Request> {
  /** As the SDK takes it, with a text of 12 characters or more in it. */
  readonly request: Request;
  /** A complete, successful answer, which has to be stored. */
  readonly response: ExchangeResponse;
}

export interface StreamedCall<Request> {
  /** As `stream` takes it. What only streaming needs, such as `stream: true`, `stream` may add. */
  readonly request: Request;
  /** A whole good stream, which is whole with its last event and not before. */
  readonly response: ExchangeResponse;
  /** After how many events of it the SDK can give its first chunk. @default 1 */
  readonly firstChunkAfter?: number;
}

/** Changes of a request, by what they change: `{ 'a seed': (request) => ({ ...request, seed: 1 }) }`. */
export type Variations<Request> = Readonly<Record<string, (request: Request) => Request>>;

/** What clients are handed to. */
export interface DoorUnderTest {
  open(client: never): unknown;
  /** By name, what is no client of the SDK, such as its class. */
  readonly strangers: Readonly<Record<string, unknown>>;
  /** Stands in the error: `new OpenAI()`. */
  readonly remedy: string;
}

/** For functions that make the SDK's calls themselves. */
export interface FunctionsUnderTest {
  readonly adapter: Adapter;
  /** Of the plain answer. */
  readonly usage: Usage;
}

/** An adapter with a real SDK, as the suite asks for it. Answers, too, are named by what is said of them. */
export interface AdapterUnderTest<Request> {
  /** Stands in the suite's title. */
  readonly name: string;
  /** A new client, without retries of its own. Called several times in a test, for one wire. */
  open(place: ClientPlace): ConformanceClient<Request> | PromiseLike<ConformanceClient<Request>>;
  readonly plain: PlainCall<Request>;
  /** @default nothing is streamed */
  readonly streamed?: StreamedCall<Request>;
  /** Each makes another request, whose answer may differ: of the base as of each other. */
  readonly nearMisses: Variations<Request>;
  /** Each makes a request that the same answer serves. */
  readonly neutral?: Variations<Request>;
  /** Plain answers that must not be stored: cut off, filtered, refused, an error under status 200 … */
  readonly unfit?: Readonly<Record<string, ExchangeResponse>>;
  /** Streams that must not be stored though they run to their end. */
  readonly unfitStreams?: Readonly<Record<string, ExchangeResponse>>;
  readonly door?: DoorUnderTest;
  readonly functions?: FunctionsUnderTest;
  /** What a response's getters, methods and hidden fields say, as plain data. */
  inspect?(response: unknown): unknown;
  /** The same of one chunk of a stream, which is mostly of another class. */
  inspectChunk?(chunk: unknown): unknown;
  /** A response or chunk without what a hit says of itself there, such as raw headers. @default all of it */
  comparable?(value: unknown): unknown;
  /** What its SDK or its seam cannot do. @default nothing */
  readonly without?: readonly ('abort' | 'collapse' | 'headers')[];
  /** A wire of the subject's own, for what is no JSON or event stream over HTTP. @default the wire server */
  startWire?(): Promise<ConformanceWire>;
}

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

/**
 * The provider's side of a test. A subject's own one obeys `status`, and of the delivery what makes
 * sense on it: at least the faults `end-early`, `cut-socket` and `hang`, and `latencyPerChunk`.
 */
export interface ConformanceWire {
  readonly url: string;
  /** What arrived, oldest first. */
  readonly requests: readonly Pick<ReceivedRequest, 'headers' | 'aborted'>[];
  /** What every request is answered from now on. */
  answer(response: ExchangeResponse): void;
  /** Ends open connections, too. */
  close(): Promise<void>;
}

export async function startConformanceWire(): Promise<ConformanceWire> {
  let current: ExchangeResponse | undefined;
  const server = await startWireServer({
    answer: () => {
      if (current === undefined) throw new Error('The test did not say what to answer.');
      return current;
    },
  });
  return {
    url: server.url,
    requests: server.requests,
    answer: (response) => {
      current = response;
    },
    close: () => server.close(),
  };
}
