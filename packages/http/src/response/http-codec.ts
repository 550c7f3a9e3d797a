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
import { type HeaderList, parseBody } from '../request/index.ts';
import {
  type ByteSource,
  bytesOrRest,
  type Parts,
  readAsText,
  storedText,
  textsIn,
} from './body-text.ts';
import { echoedDigest, runningTextsForCaller } from './echoed-fields.ts';
import type { LiveResponse, ResponseForm } from './response-form.ts';
import { headFor, headOf, type ResponseHead } from './response-head.ts';
import {
  payloadText,
  type RestoreOptions,
  restoreStored,
  streamPayloadText,
} from './stored-response.ts';
import { type StreamFormat, streamWatcher, type WatcherOptions } from './stream-watcher.ts';

/** The options of one request's codec. */
export interface HttpCodecOptions<Response>
  extends RestoreOptions<Response>,
    Omit<WatcherOptions, 'format'> {
  readonly form: ResponseForm<Response>;
  readonly rules: WatcherOptions['rules'];
  /** Is called for a response that is passed on to its caller as it came. */
  readonly onPassedOn: (response: Response) => void;
}

interface HttpRecording {
  readonly recording: Recording<string | Uint8Array>;
  readonly head: ResponseHead;
  /** The options of the caller who leads. */
  readonly leader: object;
  readonly liveHeaders: HeaderList;
}

const FORMATS: readonly (readonly [RegExp, 'whole' | StreamFormat])[] = [
  [/^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|stream\+json)$/, 'ndjson'],
  [/^application\/(?:[\w.+-]+\+)?json$/, 'whole'],
  [/^text\/event-stream$/, 'sse'],
];

type Asked = Pick<WatcherOptions, 'rules' | 'request'>;

function asksForStream(request: unknown): boolean {
  const { stream } = fieldsOf(request);
  return isGiven(stream) && stream !== false;
}

/** An SDK that asks for a whole answer reads no events. Other servers stream without being asked. */
function isUnaskedStream({ rules, request }: Asked): boolean {
  return rules.adapter.streamsWhenAsked === true && !asksForStream(request);
}

/** How a body is captured: JSON and every failure whole. Undefined for a body that is passed on as it came. */
function formatOf({ body, headers, ok }: LiveResponse): 'whole' | StreamFormat | undefined {
  if (body === null) return undefined;
  if (!ok) return 'whole';
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  return FORMATS.find(([pattern]) => pattern.test(type.trim().toLowerCase()))?.[1];
}

/** Is the body read as a whole? It is JSON then, or that of a failure. */
export function isWhole(response: LiveResponse): boolean {
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

const failed = ({ status }: LiveResponse): Verdict => ({
  rejection: 'status',
  error: String(status),
});

/** A response of the provider, for the caller who asked it. */
function ownResponse<Response>(
  response: Response,
  content: Uint8Array | Parts<Uint8Array>,
  { form, url }: HttpCodecOptions<Response>,
): Response {
  const { status, statusText } = form.live(response);
  const head = { status, statusText, headers: form.liveHeaders(response) };
  const own = { outcome: 'miss', age: 0, url: form.urlOf?.(response) || url };
  return form.make(content, head, own);
}

/** A body that is too long for an entry is passed on while it arrives. */
function passedOn<Response>(
  response: Response,
  body: Parts<Uint8Array>,
  options: HttpCodecOptions<Response>,
): CapturedResponse<Response> {
  const own = ownResponse(response, body, options);
  options.onPassedOn(own);
  return { response: own, verdict: { rejection: 'too-large' } };
}

async function captureWhole<Response>(
  response: Response,
  body: ByteSource,
  options: HttpCodecOptions<Response>,
): Promise<CapturedResponse<Response>> {
  const { form, rules, request, credential } = options;
  const live = form.live(response);
  const bytes = await bytesOrRest(body);
  if (!(bytes instanceof Uint8Array)) return passedOn(response, bytes, options);
  const text = new TextDecoder().decode(bytes);
  const verdict = live.ok ? judgeText(text, { rules, request }) : failed(live);
  const head = { ...headOf(live, credential), echoed: echoedDigest(rules.adapter, request) };
  const payload = new Payload(payloadText(head, text));
  const own = ownResponse(response, bytes, options);
  return { response: own, verdict, shared: { kind: 'response', payload } };
}

interface StreamCapture<Response> {
  readonly body: ByteSource;
  readonly format: StreamFormat;
  readonly options: HttpCodecOptions<Response>;
}

function captureStream<Response>(
  response: Response,
  { body, format, options }: StreamCapture<Response>,
): CapturedResponse<Response> {
  const { form, rules, request, credential } = options;
  const watcher = streamWatcher({ rules, request, format });
  const recording = new Recording<string | Uint8Array>({
    upstream: textsIn(body),
    watcher: {
      observe: (piece) => watcher.observe(readAsText(piece)),
      verdict: () => watcher.verdict(),
    },
    encode: storedText,
    decode: String,
  });
  const own = { leader: options, liveHeaders: form.liveHeaders(response) };
  const echoed = echoedDigest(rules.adapter, request);
  const head = { ...headOf(form.live(response), credential), echoed };
  const captured = { kind: 'recording', recording, head, ...own } as const;
  return { response, verdict: {}, shared: captured as unknown as RunningStream }; // only `restore` reads it
}

/** A server that answers at its usual port, with TLS or without: one that leads to the other is the same one. */
const serverOf = (url: string) => new URL(url).host;

/**
 * Did another server answer than the one that the key names? A redirect to it may end at any time. A path or a protocol that a
 * server corrects is its own answer.
 */
function isOfAnotherServer<Response>(
  response: Response,
  { form, url }: HttpCodecOptions<Response>,
): boolean {
  const answered = form.isRedirected?.(response) === true ? form.urlOf?.(response) : undefined;
  return answered !== undefined && answered !== '' && serverOf(answered) !== serverOf(url);
}

async function capture<Response>(
  response: Response,
  options: HttpCodecOptions<Response>,
): Promise<CapturedResponse<Response>> {
  const live = options.form.live(response);
  if (live.ok && isOfAnotherServer(response, options)) {
    options.onPassedOn(response);
    return { response, verdict: { rejection: 'redirected' } };
  }
  const { body, ok, status } = live;
  const format = formatOf(live);
  const isOutage = isOutageStatus(status);
  if (format === 'whole' && body !== null)
    return { ...(await captureWhole(response, body, options)), isOutage };
  const isStream = format !== undefined && format !== 'whole' && body !== null;
  if (isStream && !(format === 'sse' && isUnaskedStream(options)))
    return captureStream(response, { body, format, options });
  options.onPassedOn(response);
  const verdict = ok ? { rejection: 'content-type' } : failed(live);
  return { response, verdict, isOutage };
}

function restore<Response>(
  captured: SharedResponse,
  provenance: Provenance,
  options: HttpCodecOptions<Response>,
): Response {
  if (captured.kind !== 'recording') return restoreStored(captured, provenance, options);
  // `captureStream` of a codec like this one made it: the key of the flight says so.
  const { recording, leader, ...recorded } = captured as unknown as HttpRecording;
  const head = headFor(recorded.head, options.credential);
  const isLeader = leader === options;
  const headers = isLeader ? recorded.liveHeaders : head.headers;
  const texts = recording.read(provenance.signal);
  const echo = { ...options, adapter: options.rules.adapter, echoed: head.echoed };
  const body = isLeader ? texts : runningTextsForCaller(texts, echo);
  return options.form.make(body, { ...head, headers }, { ...provenance, url: options.url });
}

/** Responses over HTTP: JSON is stored whole, event streams and JSON lines text by text, all else is passed on. */
export const httpCodec = <Response>(
  options: HttpCodecOptions<Response>,
): ResponseCodec<Response> => ({
  capture: (response) => capture(response, options),
  restore: (captured, provenance) => restore(captured, provenance, options),
  packStream: (texts, head) => streamPayloadText(head as ResponseHead, texts), // the head that `captureStream` gave
});
