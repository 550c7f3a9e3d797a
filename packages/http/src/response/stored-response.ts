import {
  type Adapter,
  type CrossMode,
  type Fields,
  PacedReplay,
  type Provenance,
  type SharedResponse,
} from '@cached-llm/core/adapter';
import { bodyForCaller, textsForCaller } from './echoed-fields.ts';
import type { Content, ResponseForm } from './response-form.ts';
import { type CredentialDigest, headFor, type ResponseHead } from './response-head.ts';
import { chunksIn } from './stream-watcher.ts';

type Stored = Exclude<SharedResponse, { readonly kind: 'recording' }>;

/** A payload: the head in one line of JSON, and below it the body as it came, or the texts of a stream. */
export function payloadText(head: ResponseHead, body: string): string {
  return `${JSON.stringify(head)}\n${body}`;
}

/** A terminal marker counts from its CR on: the LF of the pair may not have come yet, and belongs to the stream. */
function withLastLineFeed(texts: readonly string[]): readonly string[] {
  const isCut = texts.at(-1)?.endsWith('\r') === true && texts.some((text) => text.includes('\n'));
  return isCut ? [...texts, '\n'] : texts;
}

export function streamPayloadText(head: ResponseHead, texts: readonly string[]): string {
  return payloadText(head, JSON.stringify(withLastLineFeed(texts)));
}

interface ReadPayload {
  readonly head: ResponseHead;
  readonly body: string;
}

/** What was read of payloads that are still in memory: an answer that is served again is not read again. */
const knownPayloads = new WeakMap<Stored['payload'], ReadPayload>();

/** @throws {SyntaxError} where the payload was not written by {@link payloadText}. */
function parsePayload(payload: Stored['payload']): ReadPayload {
  const { text } = payload;
  const end = text.indexOf('\n');
  const head: Partial<ResponseHead> | null = JSON.parse(text.slice(0, end));
  if (typeof head?.status !== 'number' || typeof head.headers !== 'object') {
    throw new SyntaxError('A stored response has no head.');
  }
  const read = { head: head as ResponseHead, body: text.slice(end + 1) }; // checked above
  knownPayloads.set(payload, read);
  return read;
}

/** @throws {SyntaxError} likewise */
function readPayload(payload: Stored['payload'], credential: CredentialDigest): ReadPayload {
  const { head, body } = knownPayloads.get(payload) ?? parsePayload(payload);
  return { head: headFor(head, credential), body };
}

/** The texts of a stored stream. @throws {SyntaxError} where the body is not a list. */
function textsOf(body: string): readonly string[] {
  const texts: unknown = JSON.parse(body);
  if (!Array.isArray(texts)) throw new SyntaxError('A stored stream has no texts.');
  return texts;
}

/** A stored stream is replayed at once, or each of its texts after its delay. */
function replay(texts: readonly string[], { delays, signal }: Provenance): Content {
  return delays === undefined ? texts : new PacedReplay(texts, { delays, signal });
}

/** Chunks as the provider sends them: one event for each, and its marker. */
function eventTexts(chunks: readonly Fields[], cross: CrossMode): readonly string[] {
  const events = chunks.map((chunk) => {
    const name = cross.eventOf?.(chunk);
    const event = name === undefined ? '' : `event: ${name}\n`;
    return `${event}data: ${JSON.stringify(chunk)}\n\n`;
  });
  return cross.marker === undefined ? events : [...events, `data: ${cross.marker}\n\n`];
}

const ofType = (type: string, { headers, ...head }: ResponseHead): ResponseHead => ({
  ...head,
  headers: { ...headers, 'content-type': type },
});

export interface RestoreOptions<Response> {
  readonly form: Pick<ResponseForm<Response>, 'make'>;
  readonly rules: { readonly adapter: Pick<Adapter, 'cross' | 'echoes'> };
  readonly request: unknown;
  readonly url: string;
  readonly credential: CredentialDigest;
}

/** A whole answer as a stream, or a stream as a whole answer. @throws where there is no exact one. */
function restoreCrossed<Response>(
  { kind, payload }: Stored,
  provenance: Provenance,
  { form, rules, request, url, credential }: RestoreOptions<Response>,
): Response {
  const { head, body } = readPayload(payload, credential);
  const value = kind === 'stream' ? chunksIn(textsOf(body)) : JSON.parse(body);
  const { cross } = rules.adapter;
  if (cross === undefined) throw new Error('This adapter has no cross mode.');
  const origin = { ...provenance, url };
  if (provenance.crossTo === 'response') {
    const whole = JSON.stringify(cross.wholeOf({ kind, value }));
    return form.make(whole, ofType('application/json', head), origin);
  }
  const texts = eventTexts(cross.chunksOf({ kind, value }, request), cross);
  const stream = ofType('text/event-stream; charset=utf-8', head);
  return form.make(replay(texts, provenance), stream, origin);
}

/** A response from a payload. @throws where the payload cannot be read, or has no exact form of the kind that is asked for. */
export function restoreStored<Response>(
  stored: Stored,
  provenance: Provenance,
  options: RestoreOptions<Response>,
): Response {
  if (provenance.crossTo !== undefined) return restoreCrossed(stored, provenance, options);
  const { head, body } = readPayload(stored.payload, options.credential);
  const echo = { ...options, adapter: options.rules.adapter, echoed: head.echoed };
  const restored =
    stored.kind === 'stream'
      ? replay(textsForCaller(textsOf(body), echo), provenance)
      : bodyForCaller(body, echo);
  return options.form.make(restored, head, { ...provenance, url: options.url });
}
