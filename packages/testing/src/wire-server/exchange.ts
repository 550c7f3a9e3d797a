/** How a body is framed, and which `content-type` it gets unless the headers say otherwise. */
export type BodyKind = 'json' | 'sse' | 'ndjson' | 'text';

/**
 * Something that goes wrong on purpose. `times` is how many requests meet it, all of them by default; after
 * that the next fault of the list has its turn, or the true answer comes. Events are counted as written.
 */
export type Fault = { readonly times?: number } & (
  | { readonly kind: 'cut-socket' | 'end-early'; readonly afterEvents: number }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Without `afterEvents` not even the headers come. Ends when the client leaves or the server closes. */
  | { readonly kind: 'hang'; readonly afterEvents?: number }
  /** The connection is reset before a byte of the answer. */
  | { readonly kind: 'refuse' }
);

/** How an answer travels. Said for the server, the exchange or the response; the most specific one counts. */
export interface Delivery {
  /** Wait before each chunk, in milliseconds. @default 0 */
  readonly latencyPerChunk?: number;
  /** One write per event, per byte, or per so many bytes wherever they fall. @default 'event' */
  readonly chunkSize?: 'event' | 'byte' | number;
  /** Line ends of SSE and NDJSON bodies. @default as written in the body */
  readonly lineEnding?: '\n' | '\r\n';
  /** Compress, flushing after each chunk. @default false */
  readonly gzip?: boolean;
  /** @default none */
  readonly faults?: readonly Fault[];
}

export interface ExchangeResponse extends Delivery {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string goes out as it is. An array is a list of events for `sse` and `ndjson`; the rest is JSON. */
  readonly body: unknown;
  /** @default 'text' for a string, 'json' for everything else */
  readonly kind?: BodyKind;
}

/** A request and the answer to it, as recorded or as written by hand. */
export interface Exchange extends Delivery {
  readonly name?: string;
  /** @default 'POST' */
  readonly method?: string;
  /** Compared with the query string when it has one itself, without it otherwise. @default any path */
  readonly path?: string;
  /** The parsed JSON body; the order of keys does not matter. @default any body */
  readonly request?: unknown;
  readonly response: ExchangeResponse;
}

/** What arrived at a wire server. */
export interface ReceivedRequest {
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body parsed; `undefined` when it is not JSON. */
  readonly json: unknown;
  /** The client went away before it had the whole answer. */
  readonly aborted: boolean;
}
