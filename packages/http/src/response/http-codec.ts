import {
  type Capture,
  type Captured,
  isOutageStatus,
  judge,
  Payload,
  type Provenance,
  Recording,
  type ResponseCodec,
  type RunningStream,
} from '@cached-llm/core';
import { parseBody } from '../request/read-request.ts';
import { buildResponse } from './build-response.ts';
import { byteStream } from './byte-stream.ts';
import { EventWatcher, type WatcherOptions } from './event-watcher.ts';
import { payloadOf, streamPayloadOf } from './http-payload.ts';
import { responseFormat } from './response-format.ts';
import { headOf, liveHeaders, type ResponseHead } from './response-head.ts';
import { restoreStored } from './stored-response.ts';
import type { StreamFormat } from './stream-parser.ts';
import { TextSource } from './text-source.ts';

type Body = ReadableStream<Uint8Array>;

interface HttpRecording {
  readonly recording: Recording<string>;
  readonly head: ResponseHead;
  readonly leader: HttpCodec;
  readonly liveHeaders: Headers;
}

export interface HttpCodecOptions extends Omit<WatcherOptions, 'format'> {
  readonly url: string;
  /** Told of a response that its caller gets as it came. */
  readonly onPassedOn: () => void;
}

/** Answers over HTTP: JSON is kept whole, event streams and JSON lines text by text, all else is passed on. */
export class HttpCodec implements ResponseCodec<Response> {
  readonly #options: HttpCodecOptions;

  constructor(options: HttpCodecOptions) {
    this.#options = options;
  }

  async capture(response: Response): Promise<Capture<Response>> {
    const { body, ok } = response;
    const format = responseFormat(response);
    const isOutage = isOutageStatus(response.status);
    if (format === 'whole') return { ...(await this.#take(response)), isOutage };
    if (format !== undefined && body !== null) return this.#record(response, body, format);
    this.#options.onPassedOn();
    return { response, facts: { rejection: ok ? 'content-type' : 'status' }, isOutage };
  }

  restore(captured: Captured, provenance: Provenance): Response {
    if (captured.kind !== 'recording') return restoreStored(captured, provenance, this.#options);
    // Made by `#record` of a codec like this one: the flight's key says so.
    const { recording, head, ...live } = captured as unknown as HttpRecording;
    const headers = live.leader === this ? live.liveHeaders : head.headers;
    const body = byteStream(recording.replay(provenance.signal));
    return buildResponse(body, { ...head, headers }, { ...provenance, url: this.#options.url });
  }

  pack(texts: readonly string[], head: unknown): string {
    return streamPayloadOf(head as ResponseHead, texts); // the head that `#record` gave
  }

  async #take(response: Response): Promise<Capture<Response>> {
    const { rules, request, url } = this.#options;
    const bytes = await response.arrayBuffer();
    const text = new TextDecoder().decode(bytes);
    const facts = response.ok ? judge(rules, parseBody(text), request) : { rejection: 'status' };
    const payload = new Payload(payloadOf(headOf(response), text));
    const { status, statusText } = response;
    const head = { status, statusText, headers: liveHeaders(response) };
    const own = buildResponse(bytes, head, { outcome: 'miss', age: 0, url: response.url || url });
    return { response: own, facts, captured: { kind: 'response', payload } };
  }

  #record(response: Response, body: Body, format: StreamFormat): Capture<Response> {
    const recording = new Recording<string>({
      upstream: new TextSource(body),
      watcher: new EventWatcher({ ...this.#options, format }),
      encode: String,
      decode: String,
    });
    const own = { leader: this, liveHeaders: liveHeaders(response) };
    const captured = { kind: 'recording', recording, head: headOf(response), ...own } as const;
    return { response, facts: {}, captured: captured as unknown as RunningStream }; // read back by `restore` alone
  }
}
