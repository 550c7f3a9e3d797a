import {
  type CapturedResponse,
  type Provenance,
  type ResponseCodec,
  type SharedResponse,
  ValueCodec,
  type ValueCodecOptions,
} from '@cached-llm/core/adapter';

/** What every kind of model returns, as far as the cache reads it. */
export interface ModelResult {
  readonly stream?: ReadableStream<unknown>;
  readonly request?: object;
  readonly response?: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
}

/** The result with two headers that say where it comes from, named as `cachedFetch` names them. */
export function withSource(
  result: ModelResult,
  { outcome, age }: { readonly outcome: string; readonly age: number },
): ModelResult {
  const seconds = String(Math.round(age / 1000));
  const source = { 'x-cached-llm': outcome, ...(outcome !== 'miss' && { age: seconds }) };
  const headers = { ...result.response?.headers, ...source };
  return { ...result, response: { ...result.response, headers } };
}

/** What the model said, without how it was asked and how the answer travelled: only this is stored. */
function withoutTransport({ request: _request, response, ...said }: ModelResult): ModelResult {
  if (response === undefined) return said;
  const { headers: _headers, body: _body, ...metadata } = response;
  return { ...said, response: metadata };
}

/**
 * The parts of a stream, one by one. The stream's own iterator does not return before the part that it waits for has arrived. A
 * caller that leaves a stalled stream must cancel it at once, because the provider bills it.
 */
function partsOf(stream: ReadableStream<unknown>): AsyncIterableIterator<unknown, unknown> {
  const reader = stream.getReader();
  return {
    next: () => reader.read(),
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Parts as a stream. They are pulled one at a time, so that the stream is never ahead of its reader. */
function streamOf(parts: AsyncIterator<unknown>, signal: AbortSignal | undefined) {
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        signal?.throwIfAborted();
        const { done, value } = await parts.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await parts.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Stores the results of models: whole, with their dates and bytes, or part by part where they are streams. */
export class ResultCodec<Result extends ModelResult> implements ResponseCodec<Result> {
  readonly #values: ValueCodec;
  /** What came with the live stream. Only the leader's result contains it. */
  #live: Omit<ModelResult, 'stream'> = {};

  constructor(options: ValueCodecOptions) {
    this.#values = new ValueCodec(options);
  }

  async capture(result: Result): Promise<CapturedResponse<Result>> {
    const { stream, ...live } = result;
    if (stream === undefined) {
      const response = withSource(result, { outcome: 'miss', age: 0 }) as Result; // one header more
      return { ...(await this.#values.capture(withoutTransport(result))), response };
    }
    this.#live = live;
    return { ...(await this.#values.capture(partsOf(stream))), response: result };
  }

  restore(captured: SharedResponse, provenance: Provenance): Result {
    const value = this.#values.restore(captured, provenance);
    const kind = provenance.crossTo ?? captured.kind;
    const result =
      kind === 'response'
        ? (value as ModelResult) // as `capture` wrote it, or as `cross` made it
        : { ...this.#live, stream: streamOf(value as AsyncIterator<unknown>, provenance.signal) }; // likewise
    return withSource(result, provenance) as Result; // the key says which kind of result it is
  }

  packStream(texts: readonly string[]): string {
    return this.#values.packStream(texts);
  }
}
