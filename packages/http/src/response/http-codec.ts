import {
  type CapturedResponse,
  fieldsOf,
  isGiven,
  isOutageStatus,
  judge,
  Payload,
  type Provenance,
  Recording,
  type ResponseCodec,
  type RunningStream,
  type SharedResponse,
  type Verdict,
} from '@cached-llm/core/adapter';
import { parseBody } from '../request/index.ts';
import { bodyOf, bytesOrRest, textsIn } from './body-text.ts';
import {
  buildResponse,
  headFor,
  headOf,
  liveHeaders,
  type ResponseHead,
} from './build-response.ts';
import { echoedDigest, runningTextsForCaller } from './echoed-fields.ts';
import {
  payloadText,
  type RestoreOptions,
  restoreStored,
  streamPayloadText,
} from './stored-response.ts';
import { type StreamFormat, streamWatcher, type WatcherOptions } from './stream-watcher.ts';

/** The options of one request's codec. */
export interface HttpCodecOptions extends RestoreOptions, Omit<WatcherOptions, 'format'> {
  readonly rules: WatcherOptions['rules'];
  /** Is called for a response that is passed on to its caller as it came. */
  readonly onPassedOn: (response: Response) => void;
}

interface HttpRecording {
  readonly recording: Recording<string>;
  readonly head: ResponseHead;
  /** The options of the caller who leads. */
  readonly leader: HttpCodecOptions;
  readonly liveHeaders: Headers;
}

const FORMATS: readonly (readonly [RegExp, 'whole' | StreamFormat])[] = [
  [/^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|stream\+json)$/, 'ndjson'],
  [/^application\/(?:[\w.+-]+\+)?json$/, 'whole'],
  [/^text\/event-stream$/, 'sse'],
];

type Asked = Pick<HttpCodecOptions, 'rules' | 'request'>;

function asksForStream(request: unknown): boolean {
  const { stream } = fieldsOf(request);
  return isGiven(stream) && stream !== false;
}

/** An SDK that asks for a whole answer reads no events. Other servers stream without being asked. */
function isUnaskedStream({ rules, request }: HttpCodecOptions): boolean {
  return rules.adapter.streamsWhenAsked === true && !asksForStream(request);
}

/** How a body is captured: JSON and every failure whole. Undefined for a body that is passed on as it came. */
function formatOf({ body, headers, ok }: Response): 'whole' | StreamFormat | undefined {
  if (body === null) return undefined;
  if (!ok) return 'whole';
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  return FORMATS.find(([pattern]) => pattern.test(type.trim().toLowerCase()))?.[1];
}

/** Is the body read as a whole? It is JSON then, or that of a failure. */
export function isWhole(response: Response): boolean {
  return formatOf(response) === 'whole';
}

/** A client that asks for a stream reads a whole answer as an empty stream. */
function judgeWhole(response: unknown, { rules, request }: Asked): Verdict {
  const { deciding, ...verdict } = judge(rules, response, request);
  const isRead = rules.adapter.streamsWhenAsked !== true || !asksForStream(request);
  if (isRead) return { ...verdict, deciding };
  return { ...verdict, rejection: verdict.rejection ?? 'content-type' };
}

/** A proxy may send the lines of a stream under the type of JSON. */
function judgeText(text: string, options: Asked): Verdict {
  const parsed = parseBody(text);
  if (parsed !== undefined) return judgeWhole(parsed, options);
  if (!text.trim().includes('\n')) return { rejection: 'unreadable' };
  const watcher = streamWatcher({ ...options, format: 'ndjson' });
  watcher.observe(text);
  return watcher.verdict();
}

const failed = ({ status }: Response): Verdict => ({ rejection: 'status', error: String(status) });

/** A body that is too long for an entry is passed on while it arrives. */
function passedOn(
  response: Response,
  body: ReadableStream<Uint8Array>,
  { url, onPassedOn }: HttpCodecOptions,
): CapturedResponse<Response> {
  const { status, statusText } = response;
  const head = { status, statusText, headers: liveHeaders(response) };
  const own = buildResponse(body, head, { outcome: 'miss', age: 0, url: response.url || url });
  onPassedOn(own);
  return { response: own, verdict: { rejection: 'too-large' } };
}

async function captureWhole(
  response: Response,
  body: ReadableStream<Uint8Array>,
  options: HttpCodecOptions,
): Promise<CapturedResponse<Response>> {
  const { rules, request, url, credential } = options;
  const bytes = await bytesOrRest(body);
  if (bytes instanceof ReadableStream) return passedOn(response, bytes, options);
  const text = new TextDecoder().decode(bytes);
  const verdict = response.ok ? judgeText(text, { rules, request }) : failed(response);
  const payload = new Payload(
    payloadText(
      { ...headOf(response, credential), echoed: echoedDigest(rules.adapter, request) },
      text,
    ),
  );
  const { status, statusText } = response;
  const head = { status, statusText, headers: liveHeaders(response) };
  const own = buildResponse(bytes, head, { outcome: 'miss', age: 0, url: response.url || url });
  return { response: own, verdict, shared: { kind: 'response', payload } };
}

interface StreamCapture {
  readonly body: ReadableStream<Uint8Array>;
  readonly format: StreamFormat;
  readonly options: HttpCodecOptions;
}

function captureStream(
  response: Response,
  { body, format, options }: StreamCapture,
): CapturedResponse<Response> {
  const recording = new Recording<string>({
    upstream: textsIn(body),
    watcher: streamWatcher({ ...options, format }),
    encode: String,
    decode: String,
  });
  const own = { leader: options, liveHeaders: liveHeaders(response) };
  const echoed = echoedDigest(options.rules.adapter, options.request);
  const head = { ...headOf(response, options.credential), echoed };
  const captured = { kind: 'recording', recording, head, ...own } as const;
  return { response, verdict: {}, shared: captured as unknown as RunningStream }; // only `restore` reads it
}

async function capture(
  response: Response,
  options: HttpCodecOptions,
): Promise<CapturedResponse<Response>> {
  const { body, ok, status } = response;
  const format = formatOf(response);
  const isOutage = isOutageStatus(status);
  if (format === 'whole' && body !== null)
    return { ...(await captureWhole(response, body, options)), isOutage };
  const isStream = format !== undefined && format !== 'whole' && body !== null;
  if (isStream && !(format === 'sse' && isUnaskedStream(options)))
    return captureStream(response, { body, format, options });
  options.onPassedOn(response);
  const verdict = ok ? { rejection: 'content-type' } : failed(response);
  return { response, verdict, isOutage };
}

function restore(
  captured: SharedResponse,
  provenance: Provenance,
  options: HttpCodecOptions,
): Response {
  if (captured.kind !== 'recording') return restoreStored(captured, provenance, options);
  // `captureStream` of a codec like this one made it: the key of the flight says so.
  const { recording, leader, ...recorded } = captured as unknown as HttpRecording;
  const head = headFor(recorded.head, options.credential);
  const isLeader = leader === options;
  const headers = isLeader ? recorded.liveHeaders : head.headers;
  const texts = recording.read(provenance.signal);
  const echo = { ...options, adapter: options.rules.adapter, echoed: head.echoed };
  const body = bodyOf(isLeader ? texts : runningTextsForCaller(texts, echo));
  return buildResponse(body, { ...head, headers }, { ...provenance, url: options.url });
}

/** Responses over HTTP: JSON is stored whole, event streams and JSON lines text by text, all else is passed on. */
export const httpCodec = (options: HttpCodecOptions): ResponseCodec<Response> => ({
  capture: (response) => capture(response, options),
  restore: (captured, provenance) => restore(captured, provenance, options),
  packStream: (texts, head) => streamPayloadText(head as ResponseHead, texts), // the head that `captureStream` gave
});
