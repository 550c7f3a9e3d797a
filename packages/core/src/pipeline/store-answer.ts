import { settled, type Verdict } from '../adapter/index.ts';
import { type EntryHeader, Payload } from '../entry/index.ts';
import { explainedFields, freshnessWindows, newHeader } from '../entry-store/index.ts';
import { rememberServedModel, type TagStates } from '../invalidation/index.ts';
import { WRITING_MODES } from '../options/index.ts';
import type { CapturedResponse, RunningStream } from '../response/index.ts';
import type { LookUp } from './look-up.ts';
import { eventOf, type KeyedRequest, type PipelineContext } from './request.ts';

type Context = Pick<PipelineContext, 'entries' | 'events' | 'now'>;

/** An answer that is not stored yet. */
export interface UnstoredAnswer extends KeyedRequest {
  /** The states of the tags before the call began. With them, an answer that is older than an invalidation is not served. */
  readonly tagStates: TagStates;
  /** Milliseconds that the provider took; for a stream, until it began. */
  readonly took?: number | undefined;
  /** False if, during the call, the key was invalidated or a caller asked for a newer answer. */
  readonly isCurrent: () => boolean;
}

interface Content extends Pick<EntryHeader, 'kind' | 'delays'> {
  readonly payload: Payload;
  readonly verdict: Verdict;
}

/** Stores an answer if it may be stored, and resolves to whether it was. A stream is stored when it has ended. */
export async function storeAnswer(
  context: Context,
  answer: UnstoredAnswer,
  { shared, verdict: known }: CapturedResponse<unknown>,
): Promise<boolean> {
  if (shared?.kind === 'recording') return storeStream(context, answer, shared);
  const verdict = known.deciding === undefined ? known : await settled(known);
  countCall(context, answer, verdict);
  if (shared === undefined) return reject(context, answer, verdict);
  return storeContent(context, answer, { ...shared, verdict });
}

async function storeStream(
  context: Context,
  answer: UnstoredAnswer,
  { recording, head }: RunningStream,
): Promise<boolean> {
  const { texts, waits, took, ...known } = await recording.ended;
  const verdict = await settled(known);
  const ended = { ...answer, took: answer.took === undefined ? undefined : answer.took + took };
  countCall(context, ended, verdict);
  if (verdict.rejection !== undefined) return reject(context, ended, verdict);
  const { codec, policy } = answer.call;
  const payload = new Payload(codec.packStream(texts, head));
  const delays = policy.replay === 'recorded' ? waits : undefined;
  return storeContent(context, ended, { kind: 'stream', payload, delays, verdict });
}

/**
 * Decides whether the answer is stored. The verdict on the answer itself was given when it was captured (`adapter/admission.ts`).
 * What else can prevent storing is decided here: the mode, an invalidation, the size and the store.
 */
async function storeContent(
  context: Context,
  answer: UnstoredAnswer,
  { kind, payload, delays, verdict }: Content,
): Promise<boolean> {
  if (verdict.rejection !== undefined) return reject(context, answer, verdict);
  const { entries, events, now } = context;
  const { usage, served } = verdict;
  const { address, call, tagStates, took } = answer;
  const { mode } = call.policy;
  if (!WRITING_MODES.has(mode)) return reject(context, answer, { rejection: mode, usage });
  const fields = call.policy.explain ? await explainedFields(call.identity) : undefined;
  const header = newHeader(answer, { kind, usage, served, took, delays, fields }, now());
  const noting = rememberServedModel(entries.tags, call, header);
  if (noting !== undefined) await noting;
  if (!answer.isCurrent()) return reject(context, answer, { rejection: 'invalidated', usage });
  const written = await entries.write(address, { header, payload: payload.text }, tagStates);
  if (typeof written === 'string') return reject(context, answer, { rejection: written, usage });
  events.emit('stored', { ...eventOf(answer), usage, took, bytes: written });
  return true;
}

function countCall({ events }: Context, answer: UnstoredAnswer, verdict: Verdict): void {
  const { usage, rejection } = verdict;
  events.countCall({ ...eventOf(answer), usage, took: answer.took }, rejection);
}

function reject({ events }: Context, answer: UnstoredAnswer, verdict: Verdict): false {
  const { usage, rejection: reason = 'unencodable' } = verdict;
  events.emit('not-admitted', { ...eventOf(answer), usage, took: answer.took, reason });
  return false;
}

/** Starts the ttl anew on a hit, if `renewOnHit` is set. At most once in a tenth of the ttl, to write less often. */
export async function renewOnHit(
  { entries, now }: Context,
  { address, call: { policy } }: KeyedRequest,
  { entry: found, state, tagStates }: LookUp,
): Promise<void> {
  const isRenewed = policy.renewOnHit && state === 'fresh' && WRITING_MODES.has(policy.mode);
  if (!isRenewed || found === undefined) return;
  const { header, payload } = found;
  const { storedAt, ...life } = freshnessWindows(now(), policy);
  if (life.freshUntil - header.freshUntil < policy.ttl / 10) return;
  const entry = { header: { ...header, ...life }, payload: payload.text };
  // The entry keeps the tags and generations that it was stored with, whatever tags this caller has.
  await entries.write({ ...address, tags: [] }, entry, tagStates);
}
