import {
  type Adapter,
  type Capture,
  type Captured,
  isOutageStatus,
  judge,
  type Provenance,
  Recording,
  type ResponseCodec,
  type Rules,
  type RunningStream,
} from '@cached-llm/core';
import { byteStream } from './byte-stream.ts';
import { EventWatcher, type StreamFormat } from './event-watcher.ts';
import { payloadOf, readPayload, textsOf } from './http-payload.ts';
import {
  headOf,
  liveHeaders,
  OUTCOME_HEADER,
  type ResponseHead,
  withUrl,
} from './response-head.ts';
import { TextSource } from './text-source.ts';

interface HttpRecording {
  readonly recording: Recording<string>;
  readonly head: ResponseHead;
}

export interface HttpCodecOptions {
  readonly url: string;
  readonly request: unknown;
  readonly rules: Rules & { readonly adapter: Pick<Adapter, 'stream'> };
}

const FORMATS: readonly (readonly [RegExp, 'json' | StreamFormat])[] = [
  [/^application\/(?:[\w.+-]+\+)?json\b/, 'json'],
  [/^text\/event-stream\b/, 'sse'],
  [/^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|stream\+json)\b/, 'ndjson'],
];

function formatOf(response: Response): 'json' | StreamFormat | undefined {
  const type = response.headers.get('content-type')?.toLowerCase() ?? '';
  return FORMATS.findLast(([pattern]) => pattern.test(type))?.[1];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // judged as no answer at all
  }
}

/** Answers over HTTP: JSON is kept whole, event streams and JSON lines text by text, all else is passed on. */
export class HttpCodec implements ResponseCodec<Response> {
  readonly #options: HttpCodecOptions;

  constructor(options: HttpCodecOptions) {
    this.#options = options;
  }

  async capture(response: Response): Promise<Capture<Response>> {
    const format = formatOf(response);
    const isOutage = isOutageStatus(response.status);
    if (format === 'json') return { ...(await this.#take(response)), isOutage };
    if (format !== undefined && response.ok && response.body !== null) {
      return this.#record(response, response.body, format);
    }
    return { response, facts: { rejection: response.ok ? 'content-type' : 'status' }, isOutage };
  }

  restore(captured: Captured, provenance: Provenance): Response {
    if (captured.kind === 'recording') {
      // Made by `#record` of a codec like this one: the flight's key says so.
      const { recording, head } = captured as HttpRecording;
      return this.#response(head, byteStream(recording.replay(provenance.signal)), provenance);
    }
    const { head, body } = readPayload(captured.payload);
    const content = captured.kind === 'stream' ? byteStream(textsOf(body)) : body;
    return this.#response(head, content, provenance);
  }

  pack(texts: readonly string[], head: unknown): string {
    return payloadOf(head as ResponseHead, JSON.stringify(texts)); // the one `#record` gave
  }

  async #take(response: Response): Promise<Capture<Response>> {
    const { rules, request, url } = this.#options;
    const text = await response.text();
    const facts = response.ok ? judge(rules, parse(text), request) : { rejection: 'status' };
    const { status, statusText } = response;
    const headers = liveHeaders(response);
    const live = withUrl(new Response(text, { status, statusText, headers }), response.url || url);
    const payload = payloadOf(headOf(response), text);
    return { response: live, facts, captured: { kind: 'response', payload } };
  }

  #record(
    response: Response,
    body: ReadableStream<Uint8Array>,
    format: StreamFormat,
  ): Capture<Response> {
    const recording = new Recording<string>({
      upstream: new TextSource(body),
      watcher: new EventWatcher({ ...this.#options, format }),
      encode: String,
      decode: String,
    });
    const captured = { kind: 'recording', recording, head: headOf(response) } as const;
    return { response, facts: {}, captured: captured as RunningStream }; // read back by `restore` alone
  }

  #response(head: ResponseHead, body: string | ReadableStream<Uint8Array>, { outcome, age }: Provenance): Response {
    const headers = new Headers(head.headers);
    headers.set(OUTCOME_HEADER, outcome);
    if (outcome !== 'miss') headers.set('age', String(Math.round(age / 1000))); // RFC 9111 §5.1
    return withUrl(new Response(body, { status: head.status, headers }), this.#options.url);
  }
}
