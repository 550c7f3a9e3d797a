import { Recording } from '../effects/recording.ts';
import type { Facts, StreamWatcher } from '../effects/stream-source.ts';
import { decodeValue, encodeValue } from '../effects/value-text.ts';
import type { Adapter } from './adapter.ts';
import { judge, type Rules } from './admission.ts';
import type { Capture, Captured, Provenance, ResponseCodec } from './call.ts';

export interface ValueCodecOptions {
  readonly rules: Rules & {
    readonly adapter: Pick<Adapter, 'stream' | 'rejects' | 'usageOf'>;
  };
  readonly request: unknown;
}

function isStream(response: unknown): response is AsyncIterable<unknown> {
  return typeof response === 'object' && response !== null && Symbol.asyncIterator in response;
}

/** Judges the chunks that a function yields, when they have all come. */
class ChunkWatcher implements StreamWatcher<unknown> {
  readonly #options: ValueCodecOptions;
  readonly #chunks: unknown[] = [];

  constructor(options: ValueCodecOptions) {
    this.#options = options;
  }

  observe(chunk: unknown): boolean {
    this.#chunks.push(chunk);
    return this.#options.rules.adapter.stream.ends(chunk);
  }

  verdict(): Facts {
    const { rules, request } = this.#options;
    const response = rules.adapter.stream.assemble(this.#chunks);
    return response === undefined ? { rejection: 'unfinished' } : judge(rules, response, request);
  }
}

/** Yields what was stored, as a stream that was never interrupted. */
async function* replayOf(chunks: readonly unknown[]): AsyncGenerator<unknown, void, undefined> {
  yield* chunks;
}

/** What functions return: values, and streams of values. */
export class ValueCodec implements ResponseCodec<unknown> {
  readonly #options: ValueCodecOptions;

  constructor(options: ValueCodecOptions) {
    this.#options = options;
  }

  capture(response: unknown): Capture<unknown> {
    if (isStream(response)) return this.#record(response);
    const { rules, request } = this.#options;
    try {
      // At once, before the caller can change its response.
      const payload = encodeValue(response);
      const facts = judge(rules, response, request);
      return { response, facts, captured: { kind: 'response', payload } };
    } catch {
      return { response, facts: { rejection: 'unencodable' } };
    }
  }

  restore(captured: Captured, { signal }: Provenance): unknown {
    if (captured.kind === 'recording') return captured.recording.replay(signal);
    const value = decodeValue(captured.payload);
    if (captured.kind !== 'stream') return value;
    if (Array.isArray(value)) return replayOf(value);
    throw new SyntaxError('A stored stream is no list of chunks.');
  }

  pack(texts: readonly string[]): string {
    return `[${texts.join(',')}]`;
  }

  #record(response: AsyncIterable<unknown>): Capture<unknown> {
    const recording = new Recording<unknown>({
      upstream: response[Symbol.asyncIterator](),
      watcher: new ChunkWatcher(this.#options),
      encode: encodeValue,
      decode: decodeValue,
    });
    return { response, facts: {}, captured: { kind: 'recording', recording } };
  }
}
