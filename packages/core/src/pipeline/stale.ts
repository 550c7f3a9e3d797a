import { isKnownOutage } from '../adapter/index.ts';
import type { Flight } from '../flight/index.ts';
import { BoundedMap } from '../key/index.ts';
import { isWorkers, startTimer } from '../options/index.ts';
import { readToEnd } from '../response/index.ts';
import { askProvider, emitMiss, needsLease } from './call-provider.ts';
import { deliverAndStore } from './deliver.ts';
import { emitFailed, isOutageOf } from './failed-call.ts';
import {
  DECISIONS,
  type FoundAnswer,
  hasAnswer,
  type Lead,
  lookUp,
  savingFor,
  serve,
  serveLate,
} from './look-up.ts';
import {
  eventOf,
  type FlightResult,
  flightIdOf,
  type KeyedCall,
  type KeyedRequest,
  type PipelineContext,
} from './request.ts';

/** Calls the provider, and serves the older answer if the provider is out or does not answer in time (RFC 5861 §4). */
export async function callWithFallback(
  context: PipelineContext,
  lead: Lead<FoundAnswer>,
): Promise<FlightResult> {
  const { request, flight, found } = lead;
  const { policy } = request.call;
  const whileOut = savingFor(found, 'nobody');
  if (context.backOff.isBackingOff(request)) return serve(context, request, whileOut);
  const startedAt = performance.now();
  const asking = askProvider(context, lead);
  if (await takesLongerThan(asking, policy.softTimeout)) {
    const behind = { ...lead, request: { ...request, isRevalidation: true } };
    const late = asking.then((given) => deliverAndStore(context, behind, given));
    flight.keepOpenUntil(finish(flight, late));
    return serveLate(context, { request, found: savingFor(found, 'followers') }, startedAt); // the call goes on, and is paid for
  }
  const answer = await asking.catch((error: unknown) => undefinedIfOutage(context, request, error));
  if (answer === undefined) return serveLate(context, { request, found: whileOut }, startedAt);
  const { capture, took } = answer;
  if (capture.isOutage === true) {
    const isFirst = (capture.part?.index ?? 0) === 0; // the call of a batch is one call
    if (isFirst) emitFailed(context.events, request, { status: capture.verdict.error, took });
    return serveLate(context, { request, found: whileOut }, startedAt);
  }
  emitMiss(context, request);
  return deliverAndStore(context, lead, answer);
}

function undefinedIfOutage(context: PipelineContext, request: KeyedRequest, error: unknown) {
  if (isOutageOf(request, error)) return undefined;
  emitMiss(context, request);
  throw error;
}

/** The older answer for a caller who asked then and whose wait was ended by a time-out, its own or its SDK's. Undefined if none may be served. */
export async function serveAfterTimeOut(
  context: PipelineContext,
  asked: KeyedRequest,
  askedAt: number,
): Promise<FlightResult | undefined> {
  const { address, call } = asked;
  const { policy, signal } = call;
  if (signal?.aborted !== true || !(call.isTimedOut?.() ?? isKnownOutage(signal.reason))) return;
  context.backOff.failed(asked);
  context.flights.retire(flightIdOf(asked)); // who waits for a provider that hangs must not draw later callers in
  const request = { address, call: withoutCaller(call) }; // its signal would end the reading of a stream
  const found = await lookUp(context, request);
  const isServed = DECISIONS[policy.mode][found.state] !== 'call' && hasAnswer(found);
  if (!isServed) return undefined;
  const waited = performance.now() - askedAt; // with the look-up
  return serve(context, request, { ...savingFor(found, 'nobody'), waited });
}

async function takesLongerThan(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  if (!Number.isFinite(milliseconds)) return false;
  let cancel = () => {};
  const isOver = new Promise<boolean>((resolve) => {
    cancel = startTimer(milliseconds, () => resolve(true), { ref: true });
  });
  const notLate = () => false;
  const isLate = await Promise.race([isOver, work.then(notLate, notLate)]);
  cancel();
  return isLate;
}

/**
 * Calls the provider while a stale answer is served (RFC 5861 §3). If the store has leases, only one process calls. The request
 * that was served pays for the call. It saved one only if another request or another process calls.
 */
export function revalidate(
  context: PipelineContext,
  stale: KeyedRequest,
  { result: { header } }: FoundAnswer,
): void {
  const { flights, backOff, events } = context;
  const { call, address } = stale;
  if (backOff.isBackingOff(stale)) return;
  const policy = { ...call.policy, mode: 'refresh' } as const;
  const request = { address, call: { ...withoutCaller(call), policy }, isRevalidation: true };
  const { usage, took, served } = header ?? {};
  const id = flightIdOf(request);
  const emitSaved = () =>
    events.emit('call-saved', { ...eventOf(stale), usage, took, servedModel: served?.model });
  const isUnderWay = flights.find(id, policy.callTimeout) !== undefined;
  if (isUnderWay || (isWorkers && isOfAnotherRequest(context, id))) emitSaved();
  else if (needsLease(context, stale))
    void revalidateUnderLease(context, request).then((isCalled) => isCalled || emitSaved());
  else
    void finishRevalidation(context.startFlight(request)).then(() =>
      begunAt.get(events)?.delete(id),
    );
}

/** Milliseconds for which Workers let a call live after the response of its request. */
const LIFE = 30_000;

/** When another request began to revalidate, by the id of its flight, for the events of each cache. */
const begunAt = new WeakMap<PipelineContext['events'], BoundedMap<string, number>>();

/** Does a request revalidate that has flights of its own? If not, this one does from now on. */
function isOfAnotherRequest({ events }: PipelineContext, id: string): boolean {
  const known = begunAt.get(events) ?? new BoundedMap<string, number>(1_000);
  begunAt.set(events, known);
  const isUnderWay = Date.now() - (known.get(id) ?? 0) < LIFE;
  if (!isUnderWay) known.set(id, Date.now());
  return isUnderWay;
}

/** The same call without a caller, so that no abort ends it. */
function withoutCaller(call: KeyedCall<unknown>): KeyedCall<unknown> {
  const { identity, codec, policy } = call;
  return { identity, codec, policy, invoke: (signal) => call.invoke(signal) };
}

/** Resolves to whether it called. */
async function revalidateUnderLease(
  context: PipelineContext,
  request: KeyedRequest,
): Promise<boolean> {
  const { flights, leases, startFlight } = context;
  const lease = await (await leases?.())?.take(request.address.key);
  if (lease === undefined) return false; // another process revalidates
  // Another process may have revalidated the entry since this one looked it up.
  const { state } = await lookUp(context, request);
  const { callTimeout } = request.call.policy;
  const known = flights.find(flightIdOf(request), callTimeout);
  const flight = state === 'fresh' ? known : (known ?? startFlight(request));
  void lease.releaseAfter(
    flight === undefined ? Promise.resolve(true) : finishRevalidation(flight),
  );
  return known === undefined && flight !== undefined;
}

const finishRevalidation = (flight: Flight<FlightResult>) => finish(flight, flight.join(undefined));

/**
 * Waits for a call that no caller waits for. Resolves to whether its answer was stored, or to true if there was nothing to
 * store. A failure reaches no caller: the back-off has counted it, and a later request calls again.
 */
async function finish(flight: Flight<FlightResult>, result: Promise<FlightResult>) {
  try {
    const { shared } = await result;
    // A recording that nobody reads does not advance.
    if (shared?.kind === 'recording') await readToEnd(shared.recording.read());
    return (await flight.openUntil) ?? true;
  } catch {
    return true;
  }
}
