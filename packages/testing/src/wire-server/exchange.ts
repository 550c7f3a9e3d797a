/** How a body is framed, and which `content-type` it gets unless the headers set another one. */
export type BodyKind = 'json' | 'sse' | 'ndjson' | 'text';

/**
 * Something that goes wrong on purpose. `times` is how many requests meet the fault, all of them by default. After that
 * the next fault of the list takes effect, or the true answer is sent. Events are counted as they are written.
 */
export type Fault = { readonly times?: number } & (
  | { readonly kind: 'cut-socket' | 'end-early'; readonly afterEvents: number }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Without `afterEvents` not even the headers are sent. It ends when the client leaves or the server closes. */
  | { readonly kind: 'hang'; readonly afterEvents?: number }
  /** The connection is reset before the first byte of the answer. */
  | { readonly kind: 'refuse' }
);

/** How an answer is sent. The server, the exchange and the response can each set it; the most specific one counts. */
export interface Delivery {
  /** How long to wait before each chunk, in milliseconds. @default 0 */
  readonly latencyPerChunk?: number;
  /** One write per event, per byte, or per that many bytes, wherever these end. @default 'event' */
  readonly chunkSize?: 'event' | 'byte' | number;
  /** The line ends of SSE and NDJSON bodies. @default as they are in the body */
  readonly lineEnding?: '\n' | '\r\n';
  /** Compresses the body, and flushes after each chunk. @default false */
  readonly gzip?: boolean;
  /** @default none */
  readonly faults?: readonly Fault[];
}

export interface ExchangeResponse extends Delivery {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is. An array is a list of events for `sse` and `ndjson`. Anything else is sent as JSON. */
  readonly body: unknown;
  /** @default 'text' for a string, 'json' for everything else */
  readonly kind?: BodyKind;
}

/** A request and its answer, recorded or written by hand. */
export interface Exchange extends Delivery {
  readonly name?: string;
  /** @default 'POST' */
  readonly method?: string;
  /** It is compared with the query string if it has one itself, and without it otherwise. @default any path */
  readonly path?: string;
  /** The parsed JSON body; the order of keys does not matter. @default all bodies */
  readonly request?: unknown;
  readonly response: ExchangeResponse;
}

/** A request that a wire server received. */
export interface ReceivedRequest {
  readonly method: string;
  /** The path with its query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The parsed body; `undefined` if the body is not JSON. */
  readonly json: unknown;
  /** The client left before it had the whole answer. */
  readonly aborted: boolean;
}
