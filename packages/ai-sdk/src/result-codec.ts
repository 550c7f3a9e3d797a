import {
  type Capture,
  type Captured,
  type Provenance,
  type ResponseCodec,
  ValueCodec,
  type ValueCodecOptions,
} from '@cached-llm/core';
import { PartSource, partStream } from './part-stream.ts';

/** What every kind of model gives, as far as the cache looks at it. */
export interface ModelResult {
  readonly stream?: ReadableStream<unknown>;
  readonly request?: object;
  readonly response?: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
}

type Said = Pick<Provenance, 'outcome' | 'age'>;

/** Says on the result itself where it comes from, in the words of `cachedFetch`. */
function telling(result: ModelResult, { outcome, age }: Said): ModelResult {
  const seconds = String(Math.round(age / 1000));
  const told = { 'x-cached-llm': outcome, ...(outcome !== 'miss' && { age: seconds }) };
  const headers = { ...result.response?.headers, ...told };
  return { ...result, response: { ...result.response, headers } };
}

/** What is worth keeping: what the model said, not how it was asked and how the answer travelled. */
function keptOf({ request: _request, response, ...said }: ModelResult): ModelResult {
  if (response === undefined) return said;
  const { headers: _headers, body: _body, ...metadata } = response;
  return { ...said, response: metadata };
}

/** Results of models: kept whole, with their dates and bytes, or part by part where they are streams. */
export class ModelCodec<Result extends ModelResult> implements ResponseCodec<Result> {
  readonly #values: ValueCodec;
  /** What came with the stream, for the caller that leads. */
  #live: Omit<ModelResult, 'stream'> = {};

  constructor(options: ValueCodecOptions) {
    this.#values = new ValueCodec(options);
  }

  capture(result: Result): Capture<Result> {
    const { stream, ...live } = result;
    if (stream === undefined) {
      const own = telling(result, { outcome: 'miss', age: 0 }) as Result; // its own fields, and one header
      return { ...this.#values.capture(keptOf(result)), response: own };
    }
    this.#live = live;
    return { ...this.#values.capture(new PartSource(stream)), response: result };
  }

  restore(captured: Captured, provenance: Provenance): Result {
    const value = this.#values.restore(captured, provenance);
    const result =
      (provenance.crossTo ?? captured.kind) === 'response'
        ? (value as ModelResult) // as `capture` wrote it, or as good
        : { ...this.#live, stream: partStream(value as AsyncIterator<unknown>, provenance.signal) }; // likewise
    return telling(result, provenance) as Result; // the key says of which kind
  }

  pack(texts: readonly string[]): string {
    return this.#values.pack(texts);
  }
}
