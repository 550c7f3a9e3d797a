import { isAdmitted } from '../adapter/index.ts';
import { callTimedOut, type Flight } from '../flight/index.ts';
import { NO_TAG_STATES, type TagStates } from '../invalidation/index.ts';
import type { CapturedResponse, RunningStream } from '../response/index.ts';
import type { Lead } from './look-up.ts';
import type { FlightResult, KeyedRequest, PipelineContext, ProviderResult } from './request.ts';
import { storeAnswer, storedInTime } from './store-answer.ts';

/** What the provider answered. */
export interface ProviderAnswer {
  readonly capture: CapturedResponse<unknown>;
  /** When the call began. */
  readonly calledAt: number;
  /** Milliseconds that the provider took; for a stream, until it began; for a part of a call, its share of them. */
  readonly took: number;
  /** The states of the tags before the call began. */
  readonly tagStates: TagStates;
}

/** If storing fails, the callers of `stored` see it. */
const ignore = () => {};

/** Gives the answer to the callers at once, and stores it in the background. */
export function deliverAndStore(
  context: PipelineContext,
  { request, flight }: Pick<Lead, 'request' | 'flight'>,
  { capture, calledAt, took, tagStates }: ProviderAnswer,
): FlightResult {
  const { shared, response, verdict, isOutage: isOut, part } = capture;
  const isCurrent = () => context.flights.isCurrent(flight);
  const answer = { ...request, tagStates, calledAt, took, isCurrent, part };
  const stored = storeAnswer(context, answer, capture);
  stored.then((isStored) => isStored && context.flights.detachOlder(flight), ignore);
  flight.keepOpenUntil(stored);
  flight.answered();
  const at = context.now();
  if (shared?.kind === 'recording') {
    void shared.recording.ended.then(() => context.entries.hold(stored));
    endWith(shared, flight);
    const provided = streamResult(shared, { at, took });
    return { outcome: 'miss', shared, stored: async () => false, provided };
  }
  context.entries.hold(stored);
  const { usage, served, ttl } = verdict;
  const about = { usage, ttl, servedModel: served?.model, isUsable: () => isAdmitted(verdict) };
  const isRefusal = verdict.rejection === 'status' && isOut !== true;
  // The store was waited for before the call, and is not waited for twice.
  const isLate = context.entries.tags.lateStates(tagStates) !== undefined;
  const isStored = async () => !isLate && storedInTime(stored, verdict, context.storeTimeout);
  const given = { shared, leaderResponse: { response }, provided: { at, took, ...about } };
  return { outcome: 'miss', isRefusal, ...given, stored: isStored };
}

/** Abandons the flight of a stream when the last reader of the stream has left, or when the provider does not go on. */
function endWith({ recording }: RunningStream, flight: Flight<FlightResult>): void {
  recording.limit(flight.callTimeout, callTimedOut);
  void recording.ended.then(({ rejection }) => {
    if (rejection === 'abandoned' || rejection === 'timeout') flight.abandon();
  });
}

type Begun = Pick<ProviderResult, 'at' | 'took'>;

/** The usage of a stream is known when the stream has ended. Until then its `took` grows. */
function streamResult({ recording }: RunningStream, { at, took }: Begun): ProviderResult {
  return {
    at,
    get took() {
      return took + recording.took;
    },
    get usage() {
      return recording.end?.usage;
    },
    get servedModel() {
      return recording.end?.served?.model;
    },
    get ttl() {
      return recording.end?.ttl;
    },
    isUsable: () => recording.end !== undefined && isAdmitted(recording.end),
  };
}

/** The answer to a call that was counted as one of unknown cost, which `takeBack` takes back. */
type LateAnswer = ProviderAnswer & { readonly takeBack: (() => void) | undefined };

/** An answer for which no caller waits any more was paid for all the same. It is not stored, and its stream is stopped. */
export function countLate(
  context: PipelineContext,
  request: KeyedRequest,
  { capture, calledAt, took, takeBack }: LateAnswer,
): Promise<boolean> {
  takeBack?.();
  if (capture.shared?.kind === 'recording') void capture.shared.recording.read().return();
  const given = { calledAt, took, part: capture.part, isCurrent: () => false };
  return storeAnswer(context, { ...request, ...given, tagStates: NO_TAG_STATES }, capture);
}
