import type { Verdict } from '../adapter/index.ts';
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
  /** As they were before the call began: an answer that is older than an invalidation is not stored. */
  readonly tagStates: TagStates;
  /** Milliseconds that the provider took; for a stream, until it began. */
  readonly took?: number | undefined;
  /** False once the key was invalidated while the call was under way. */
  readonly isCurrent: () => boolean;
}

interface Content extends Pick<EntryHeader, 'kind' | 'delays'> {
  readonly payload: Payload;
  readonly verdict: Verdict;
}

/** Stores an answer, where it may be stored. Resolves to whether it is; a stream is stored when it has ended. */
export async function storeAnswer(
  context: Context,
  answer: UnstoredAnswer,
  { shared, verdict }: CapturedResponse<unknown>,
): Promise<boolean> {
  if (shared?.kind === 'recording') return storeStream(context, answer, shared);
  countCall(context, answer, verdict);
  if (shared === undefined) return reject(context, answer, verdict);
  return storeContent(context, answer, { ...shared, verdict });
}

async function storeStream(
  context: Context,
  answer: UnstoredAnswer,
  { recording, head }: RunningStream,
): Promise<boolean> {
  const { texts, waits, took, ...verdict } = await recording.ended;
  const ended = { ...answer, took: answer.took === undefined ? undefined : answer.took + took };
  countCall(context, ended, verdict);
  if (verdict.rejection !== undefined) return reject(context, ended, verdict);
  const { codec, policy } = answer.call;
  const payload = new Payload(codec.packStream(texts, head));
  const delays = policy.replay === 'recorded' ? waits : undefined;
  return storeContent(context, ended, { kind: 'stream', payload, delays, verdict });
}

/** Is the answer stored? Here each reason against it has its turn: its own, the mode, an invalidation, the store. */
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

/** A hit starts the ttl anew where `renewOnHit` says so: at most once in a tenth of the ttl, to spare the store. */
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
  // Its tags and their generations stay those it was stored with, whatever tags this caller has.
  await entries.write({ ...address, tags: [] }, entry, tagStates);
}
