import {
  type Adapter,
  type AdmissionRules,
  judge,
  judgeStream,
  type StoredResponse,
  type Verdict,
} from '../adapter/index.ts';
import { decodeValue, encodeValue, Payload } from '../entry/index.ts';
import { loadRecording, type StreamWatcher } from '../stream/index.ts';
import { PacedReplay } from './paced-replay.ts';
import type {
  CapturedResponse,
  Provenance,
  ResponseCodec,
  SharedResponse,
} from './response-codec.ts';

function isStream(response: unknown): response is AsyncIterable<unknown> {
  return typeof response === 'object' && response !== null && Symbol.asyncIterator in response;
}

/** Reads a stream to its end, because a stream that is not read to its end is not stored. */
export async function readToEnd(response: unknown): Promise<void> {
  if (!isStream(response)) return;
  for await (const _chunk of response);
}

export interface ValueCodecOptions {
  readonly rules: AdmissionRules & {
    readonly adapter: Pick<Adapter, 'stream' | 'rejects' | 'usageOf' | 'servedModelOf' | 'cross'>;
  };
  readonly request: unknown;
}

/** Gives the verdict on the chunks that a function yields, when all of them have arrived. */
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

  verdict(): Verdict {
    const { rules, request } = this.#options;
    return judgeStream(rules, this.#chunks, request);
  }
}

/** Yields the stored chunks. */
async function* replayOf(chunks: readonly unknown[]): AsyncGenerator<unknown, void, undefined> {
  yield* chunks;
}

/** The codec of what functions return: values and streams of values. */
export class ValueCodec implements ResponseCodec<unknown> {
  readonly #options: ValueCodecOptions;

  constructor(options: ValueCodecOptions) {
    this.#options = options;
  }

  capture(response: unknown): CapturedResponse<unknown> | Promise<CapturedResponse<unknown>> {
    if (isStream(response)) return this.#record(response);
    const { rules, request } = this.#options;
    try {
      // The value is encoded synchronously, before the caller can change its response.
      const payload = new Payload(encodeValue(response));
      const verdict = judge(rules, response, request);
      return { response, verdict, shared: { kind: 'response', payload } };
    } catch {
      return { response, verdict: { rejection: 'unencodable' } };
    }
  }

  restore(shared: SharedResponse, { signal, delays, crossTo }: Provenance): unknown {
    if (shared.kind === 'recording') return shared.recording.replay(signal);
    const { kind } = shared;
    const value = shared.payload.decode();
    if (crossTo !== undefined) return this.#cross({ kind, value }, crossTo);
    if (kind !== 'stream') return value;
    if (!Array.isArray(value)) throw new SyntaxError('A stored stream is no list of chunks.');
    return delays === undefined ? replayOf(value) : new PacedReplay(value, { delays, signal });
  }

  packStream(texts: readonly string[]): string {
    return `[${texts.join(',')}]`;
  }

  #cross(stored: StoredResponse, kind: StoredResponse['kind']): unknown {
    const { rules, request } = this.#options;
    const { cross } = rules.adapter;
    if (cross === undefined) throw new Error('This adapter has no cross mode.');
    if (kind === 'response') return cross.wholeOf(stored);
    return replayOf(cross.chunksOf(stored, request));
  }

  async #record(response: AsyncIterable<unknown>): Promise<CapturedResponse<unknown>> {
    const loaded = await loadRecording().catch(() => undefined);
    // If the import fails, the package was replaced under the running process. The stream is not stored then.
    if (loaded === undefined) return { response, verdict: { rejection: 'unencodable' } };
    const recording = new loaded.Recording<unknown>({
      upstream: response[Symbol.asyncIterator](),
      watcher: new ChunkWatcher(this.#options),
      encode: encodeValue,
      decode: decodeValue,
    });
    return { response, verdict: {}, shared: { kind: 'recording', recording } };
  }
}
