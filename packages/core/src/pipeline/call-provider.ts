import { isAdmitted } from '../adapter/index.ts';
import { lifeOf } from '../entry-store/index.ts';
import { callTimedOut, type Flight, runAsCallFor } from '../flight/index.ts';
import { examineMiss } from '../inspection/index.ts';
import { NO_TAG_STATES, type TagStates } from '../invalidation/index.ts';
import { WRITING_MODES } from '../options/index.ts';
import type { CapturedResponse, RunningStream } from '../response/index.ts';
import { loadFailure } from './answer.ts';
import { hasAnswer, type Lead, type LookUp, lookUp, monotonic, serveLate } from './look-up.ts';
import {
  eventOf,
  type FlightResult,
  type KeyedRequest,
  type PipelineContext,
  type ProviderResult,
} from './request.ts';
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

/** Do processes wait for each other before this call? A refresh does not wait, and neither does one of many items. */
export function needsLease({ leases }: PipelineContext, { call }: KeyedRequest): boolean {
  return leases !== undefined && call.policy.mode === 'read-write' && call.isPart !== true;
}

/** Calls the provider. If the store has leases, one process calls and the others wait for its entry. */
export function callOnceAmongProcesses(
  context: PipelineContext,
  lead: Lead,
): Promise<FlightResult> {
  return needsLease(context, lead.request)
    ? callUnderLease(context, lead)
    : callProvider(context, lead);
}

async function callUnderLease(context: PipelineContext, lead: Lead): Promise<FlightResult> {
  const { request, flight } = lead;
  const startedAt = performance.now();
  const leases = await context.leases?.();
  if (leases === undefined) return callProvider(context, lead);
  void prepare(context, request, lead.found); // while the lease is taken
  const { found = lead.found, lease } = await leases.wait(request.address.key, {
    look: () => lookUp(context, request),
    isFresh: ({ state }) => state === 'fresh',
    signal: flight.signal,
    patience: flight.callTimeout / 2, // the rest is for a call of its own
  });
  const result = serveIfFreshNow(context, { request, flight, found }, startedAt);
  void lease?.releaseAfter(result.then(() => flight.openUntil ?? true)); // true means that nothing had to be stored
  return result;
}

async function serveIfFreshNow(context: PipelineContext, lead: Lead, startedAt: number) {
  const { request, found } = lead;
  if (found.state !== 'fresh' || !hasAnswer(found)) return callProvider(context, lead);
  return serveLate(context, { request, found }, startedAt);
}

/** A miss has one event. A call behind a stale answer has none, because no caller waits for it. */
export function emitMiss({ events }: Pick<PipelineContext, 'events'>, request: KeyedRequest): void {
  if (request.isRevalidation === true) return;
  events.emit('miss', eventOf(request));
  if (request.call.isPart !== true) examineMiss(events, request.call.identity);
}

/** For a call that takes no signal, and reads none: to make one costs as much as a look-up. */
const NO_SIGNAL = undefined as never; // hence of any type

async function callProvider(context: PipelineContext, lead: Lead): Promise<FlightResult> {
  emitMiss(context, lead.request);
  return deliverAndStore(context, lead, await askProvider(context, lead));
}

/** Calls the provider once, and remembers whether the provider is out. */
export async function askProvider(context: PipelineContext, lead: Lead): Promise<ProviderAnswer> {
  const { backOff } = context;
  const { request } = lead;
  try {
    const answer = await ask(context, lead);
    if (answer.capture.isOutage === true) backOff.failed(request);
    else backOff.succeeded(request);
    return answer;
  } catch (error) {
    if ((await loadFailure())?.isOutageOf(request, error) === true) backOff.failed(request);
    throw error;
  }
}

/** Resolves to the answer, or rejects with the reason why the flight is abandoned: some functions know of no signal, or never settle. */
async function ask(context: PipelineContext, lead: Lead): Promise<ProviderAnswer> {
  const { request, flight } = lead;
  const startedAt = monotonic(context);
  flight.throwIfAbandoned(); // all callers may have left during the look-up
  const asking = invokeAndCapture(context, lead);
  let isLeft = false;
  try {
    return await flight.untilAbandoned(asking, () => {
      isLeft = true;
    });
  } catch (error) {
    const late = isLeft ? asking : undefined;
    late?.catch(() => {}); // the next line takes a turn of the event loop
    const took = monotonic(context) - startedAt;
    const takeBack = await emitFailed(context.events, request, { error, isLeft, took });
    late?.then((given) => countLate(context, request, { ...given, takeBack })).catch(() => {});
    throw error;
  }
}

async function invokeAndCapture(
  context: PipelineContext,
  { request, flight, found }: Lead,
): Promise<ProviderAnswer> {
  const { call, address } = request;
  const prepared = prepare(context, request, found);
  const tagStates = prepared instanceof Promise ? await prepared : prepared;
  flight.throwIfAbandoned(); // all callers may have left meanwhile
  const startedAt = monotonic(context);
  const calledAt = context.calledNow();
  const response = await runAsCallFor(
    [address.key],
    (end) => flight.whenAbandoned(end),
    () => call.invoke(call.takesSignal === false ? NO_SIGNAL : flight.signal),
  );
  const captured = call.codec.capture(response);
  const capture = captured instanceof Promise ? await captured : captured;
  const took = (monotonic(context) - startedAt) / (capture.part?.of ?? 1);
  return { capture, calledAt: capture.calledAt ?? calledAt, took, tagStates };
}

/** Loads what only a failed call needs. It has no event if the import fails: the package was replaced under the running process. */
async function emitFailed(
  ...failure: Parameters<typeof import('./failed-call.ts').emitFailed>
): Promise<(() => void) | undefined> {
  return (await import('./failed-call.ts').catch(() => undefined))?.emitFailed(...failure);
}

/** An answer for which no caller waits any more was paid for all the same. It is not stored, and its stream is stopped. */
function countLate(
  context: PipelineContext,
  request: KeyedRequest,
  {
    capture,
    calledAt,
    took,
    takeBack,
  }: ProviderAnswer & { readonly takeBack: (() => void) | undefined },
): Promise<boolean> {
  takeBack?.();
  if (capture.shared?.kind === 'recording') void capture.shared.recording.read().return();
  const given = { calledAt, took, part: capture.part, isCurrent: () => false };
  return storeAnswer(context, { ...request, ...given, tagStates: NO_TAG_STATES }, capture);
}

/** The states that the answer to a call has which begins now, made where they are missing. Most often nothing is awaited. */
function prepare(
  { entries }: PipelineContext,
  { address, call: { policy } }: KeyedRequest,
  found: LookUp,
): TagStates | Promise<TagStates> {
  if (!WRITING_MODES.has(policy.mode)) return found.tagStates;
  return entries.prepare(address, found, lifeOf(policy));
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
