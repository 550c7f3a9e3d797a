import {
  type Adapter,
  loadAdmission,
  loadJudgeStream,
  ownEchoes,
  type StoredResponse,
  type StreamAdmissionRules,
  withOwnEchoes,
} from '../adapter/index.ts';
import { decodeValue, encodeValue, Payload, SdkInstance } from '../entry/index.ts';
import { type Fields, fieldsOf, isFields } from '../key/index.ts';
import { loadRecording } from '../stream/index.ts';
import type { Pace } from './paced-replay.ts';
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

/** What a codec of plain values needs to know: the rules for what is stored, and what the adapter says of its provider. */
export interface ValueCodecOptions {
  readonly rules: Pick<StreamAdmissionRules, 'admit' | 'ttlOf'> & {
    /** @default what is true for every provider */
    readonly adapter?:
      | Pick<
          Adapter,
          | ('stream' | 'rejects' | 'usageOf' | 'servedModelOf' | 'cross' | 'instances')
          | ('echoes' | 'timesOutByAbort')
        >
      | undefined;
  };
  readonly request: unknown;
  /** Is called for a response that no text can hold. */
  readonly onUnencodable?: ((error: unknown) => void) | undefined;
}

type Instances = Adapter['instances'];

/** What an adapter reads of a response: an instance of the SDK's class as plain fields. */
const plainOf = (written: unknown) => (written instanceof SdkInstance ? written.fields : written);

/** The request is then a miss. */
function refusePayload(): never {
  throw new SyntaxError('The payload is not of this codec.');
}

function madeOf(value: unknown, instances: Instances): unknown {
  if (!(value instanceof SdkInstance)) return value;
  if (instances !== undefined) return instances.read(value);
  return refusePayload();
}

/** Loaded with the first answer. Undefined if the import failed, because the package was replaced under the process. */
let admission: Awaited<ReturnType<typeof loadAdmission>> | undefined;

interface StoredStream {
  readonly chunks: readonly unknown[];
  readonly returned?: unknown;
}

function storedStreamOf(value: unknown): StoredStream {
  if (Array.isArray(value)) return { chunks: value };
  const { chunks, returned } = fieldsOf(value);
  if (Array.isArray(chunks)) return { chunks, returned };
  return refusePayload();
}

/** Yields the stored chunks. */
async function* replayOf({ chunks, returned }: StoredStream): AsyncGenerator<unknown> {
  yield* chunks;
  return returned;
}

/** What waits is loaded when it is wanted. If the package was replaced under the process, the chunks come at once. */
function pacedReplayOf(
  { chunks, returned }: StoredStream,
  pace: Omit<Pace, 'returned'>,
): AsyncIterableIterator<unknown, unknown> {
  const loading = import('./paced-replay.ts').then(
    ({ PacedReplay }) => new PacedReplay(chunks, { ...pace, returned }),
    () => replayOf({ chunks, returned }),
  );
  return {
    next: async () => (await loading).next(),
    return: async (value) => (await loading).return(value),
    throw: async (error) => (await loading).throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The same stream, whose chunks repeat the request of its own reader. */
async function* streamForCaller(stream: AsyncIterable<unknown>, own: Fields) {
  const chunks = stream[Symbol.asyncIterator]();
  try {
    let next = await chunks.next();
    for (; next.done !== true; next = await chunks.next()) yield withOwnEchoes(next.value, own);
    return next.value;
  } finally {
    await chunks.return?.();
  }
}

/** The codec of what functions return: values and streams of values. */
export class ValueCodec implements ResponseCodec<unknown> {
  readonly #options: ValueCodecOptions;

  constructor(options: ValueCodecOptions) {
    this.#options = options;
  }

  capture(response: unknown): CapturedResponse<unknown> | Promise<CapturedResponse<unknown>> {
    if (isStream(response)) return this.#record(response);
    const { rules, onUnencodable } = this.#options;
    try {
      // The value is encoded synchronously, before the caller can change its response.
      const written = rules.adapter?.instances?.write(response) ?? response;
      const payload = new Payload(encodeValue(written));
      if (admission === undefined) return this.#captureLater(response, payload);
      // A predicate of the user's gets a copy: an async one reads it after the caller may have changed its own.
      const isHandedOn = typeof rules.admit === 'function' || rules.ttlOf !== undefined;
      const judged = isHandedOn ? payload.decode() : written;
      return this.#captured(response, payload, judged);
    } catch (error) {
      onUnencodable?.(error);
      return { response, verdict: { rejection: 'unencodable' } };
    }
  }

  async #captureLater(response: unknown, payload: Payload): Promise<CapturedResponse<unknown>> {
    admission = await loadAdmission().catch(() => undefined);
    return this.#captured(response, payload, payload.decode());
  }

  #captured(response: unknown, payload: Payload, judged: unknown): CapturedResponse<unknown> {
    const { rules, request } = this.#options;
    const verdict = admission?.judge(rules, plainOf(judged), request);
    const shared = { kind: 'response', payload } as const;
    return { response, verdict: verdict ?? { rejection: 'unreadable' }, shared };
  }

  restore(shared: SharedResponse, provenance: Provenance): unknown {
    const restored = this.#restore(shared, provenance);
    const { rules, request } = this.#options;
    // Only a request that names its model is taken for the provider's own. Any other argument is the user's.
    const isOwn = rules.adapter?.echoes !== undefined && isFields(request) && 'model' in request;
    const own = isOwn ? ownEchoes(rules.adapter, request) : undefined;
    if (own === undefined) return restored;
    return isStream(restored) ? streamForCaller(restored, own) : withOwnEchoes(restored, own);
  }

  packStream(texts: readonly string[], _head?: unknown, returned?: string): string {
    const chunks = `[${texts.join(',')}]`;
    return returned === undefined ? chunks : `{"chunks":${chunks},"returned":${returned}}`;
  }

  #restore(shared: SharedResponse, { signal, delays, crossTo }: Provenance): unknown {
    if (shared.kind === 'recording') return shared.recording.read(signal);
    const { kind } = shared;
    const value = shared.payload.decode();
    if (crossTo !== undefined) return this.#cross({ kind, value }, crossTo);
    const instances = this.#options.rules.adapter?.instances;
    if (kind !== 'stream') return madeOf(value, instances);
    const stored = storedStreamOf(value);
    const chunks = stored.chunks.map((each) => madeOf(each, instances));
    const returned = madeOf(stored.returned, instances);
    if (delays === undefined) return replayOf({ chunks, returned });
    return pacedReplayOf({ chunks, returned }, { delays, signal });
  }

  #cross(stored: StoredResponse, kind: StoredResponse['kind']): unknown {
    const { rules, request } = this.#options;
    const cross = rules.adapter?.cross;
    if (cross === undefined) return refusePayload();
    if (kind === 'response') return cross.wholeOf(stored);
    return replayOf({ chunks: cross.chunksOf(stored, request) });
  }

  async #record(response: AsyncIterable<unknown>): Promise<CapturedResponse<unknown>> {
    const loading = Promise.all([loadRecording(), loadJudgeStream()]);
    const loaded = await loading.catch(() => undefined);
    // If the import fails, the package was replaced under the running process. The stream is not stored then.
    if (loaded === undefined) return { response, verdict: { rejection: 'unencodable' } };
    const [{ Recording }, { watchChunks }] = loaded;
    const instances = this.#options.rules.adapter?.instances;
    const recording = new Recording<unknown>({
      upstream: response[Symbol.asyncIterator](),
      watcher: watchChunks(this.#options),
      encode: (chunk) => encodeValue(instances?.write(chunk) ?? chunk),
      decode: (text) => madeOf(decodeValue(text), instances),
    });
    return { response, verdict: {}, shared: { kind: 'recording', recording } };
  }
}
