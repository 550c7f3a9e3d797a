import { setImmediate as turn } from 'node:timers/promises';
import type { Flight } from '../flight/index.ts';
import { abortable, withDeadline } from '../store/index.ts';
import { type Answer, CallerAnswer, isAbandoned, isHitOfProvided } from './answer.ts';
import { eventOf, type FlightResult, type KeyedRequest, type PipelineContext } from './request.ts';

/** A caller that joins while a usable answer is being written gets that answer from the flight. It counts as a hit. */
function asHit(result: FlightResult): FlightResult {
  return result.provided?.isUsable() === true ? { ...result, outcome: 'hit' } : result;
}

/** Is it a stream that has not ended? */
const isRunning = ({ shared }: FlightResult) =>
  shared?.kind === 'recording' && shared.recording.end === undefined;

/** Has the answer ended, and is it not admitted? It was rejected, or the user's `admit` is still deciding. */
function isNotAdmitted(result: FlightResult): boolean {
  const { provided, shared } = result;
  return (
    provided !== undefined && shared !== undefined && !isRunning(result) && !provided.isUsable()
  );
}

/** A request that joined the flight of another one. */
interface Follower<Response = unknown> {
  readonly request: KeyedRequest<Response>;
  readonly flight: Flight<FlightResult>;
  /** It came after the answer. */
  readonly isLate: boolean;
  /** When it came. */
  readonly at: number;
  /** The same, by `performance.now()`. */
  readonly askedAt: number;
}

/** A write can take longer than a short ttl. */
const isExpired = ({ provided }: FlightResult, { request, at }: Follower) =>
  provided !== undefined && at - provided.at >= (provided.ttl ?? request.call.policy.ttl);

/**
 * May a caller that came after the answer take it? Where the answer is not admitted, or is older than the caller takes from
 * the store, the caller waits first until it is decided whether the answer is stored.
 */
async function mayTakeLate(caller: Follower, result: FlightResult): Promise<boolean> {
  const { call } = caller.request;
  const { openUntil } = caller.flight;
  if (!isNotAdmitted(result) && !isExpired(result, caller)) {
    // Callers that ask again and again would never let the event loop come to the write that ends this flight. A stream that
    // runs is joined at once: its leader may leave meanwhile.
    if (!isRunning(result)) await turn();
    // A caller that wants a new answer does not take one that was there before it asked.
    return call.policy.mode !== 'refresh' || result.provided?.isUsable() !== true;
  }
  // The leader's caller sees why it is not stored. A user's predicate may take longer than this caller waits.
  const decided = withDeadline(Promise.resolve(openUntil), call.policy.callTimeout).catch(() => {});
  await abortable(decided, call.signal, () => {});
  return false;
}

/** What is known of the cost when the stream has ended. */
const costIn = ({ provided }: FlightResult) => ({
  usage: provided?.usage,
  servedModel: provided?.servedModel,
  took: provided?.took,
});

/** Emits the one event of a follower. What it saves of a running stream is counted when the stream has ended. */
function emitFollower(
  { events, now }: PipelineContext,
  { request, askedAt }: Follower,
  result: FlightResult,
): void {
  const { provided, header, shared, savesFor } = result;
  const { usage, took } = provided ?? header ?? {};
  const servedModel = provided?.servedModel ?? header?.served?.model;
  const waited = performance.now() - askedAt;
  const event = { ...eventOf(request), usage, servedModel, took, waited };
  const runs = isRunning(result);
  const isSaving = savesFor !== 'nobody' && event.item === undefined;
  if (isHitOfProvided(result))
    events.emit('hit', { ...event, isSaving, age: now() - result.provided.at });
  else events.emit('collapsed', { ...event, isSaving, isRunning: runs });
  if (!runs || !isSaving || shared?.kind !== 'recording') return;
  void shared.recording.ended.then(() => {
    events.emit('call-saved', { ...eventOf(request), ...costIn(result) });
  });
}

/** The answer to a follower, which reads a running stream from now on. Undefined where it does not take this one, and asks anew. */
export async function answerFollower<Response>(
  context: PipelineContext,
  follower: Follower<Response>,
  given: FlightResult,
): Promise<Answer<Response> | 'not-shareable' | undefined> {
  const { request, isLate } = follower;
  if (isLate && !(await mayTakeLate(follower, given))) return undefined;
  if (isAbandoned(given)) return undefined;
  if (given.shared === undefined) return 'not-shareable';
  const result = isLate ? asHit(given) : given;
  emitFollower(context, follower, result);
  return new CallerAnswer({ context, request, isLeader: false, at: context.now() }, result);
}
