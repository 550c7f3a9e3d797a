import { setTimeout as delay } from 'node:timers/promises';
import { isKnownOutage, isOutage } from '../adapter/index.ts';
import type { Flight } from '../flight/index.ts';
import { readToEnd } from '../response/index.ts';
import { askProvider, deliverAndStore, needsLease, type ProviderAnswer } from './call-provider.ts';
import { DECISIONS } from './decision.ts';
import { type FoundAnswer, hasAnswer, type Lead, lookUp, serve } from './look-up.ts';
import {
  eventOf,
  type FlightResult,
  flightIdOf,
  type KeyedCall,
  type KeyedRequest,
  type PipelineContext,
} from './request.ts';

/** Serves the older answer where the provider is out, or does not answer in time (RFC 5861 §4). */
export async function callWithFallback(
  context: PipelineContext,
  lead: Lead<FoundAnswer>,
): Promise<FlightResult> {
  const { request, flight, found } = lead;
  const { identity, policy } = request.call;
  if (context.backOff.isBackingOff(identity)) return serve(context, request, found);
  const asking = askProvider(context, request, flight);
  if (await takesLongerThan(asking, policy.softTimeout)) {
    flight.keepOpenUntil(finishInBackground(context, lead, asking));
    return serve(context, request, found);
  }
  const answer = await asking.catch((error: unknown) => undefinedIfOutage(context, request, error));
  const isOut = answer === undefined || answer.capture.isOutage === true;
  if (isOut) return serve(context, request, found);
  context.events.emit('miss', eventOf(request));
  return deliverAndStore(context, lead, answer);
}

function undefinedIfOutage({ events }: PipelineContext, request: KeyedRequest, error: unknown) {
  if (isOutage(error)) return undefined;
  events.emit('miss', eventOf(request));
  throw error;
}

/** The older answer for a caller whose wait was ended by a time-out, its own or its SDK's. Undefined where none may be served. */
export async function serveAfterTimeOut(
  context: PipelineContext,
  { address, call }: KeyedRequest,
): Promise<FlightResult | undefined> {
  const { identity, policy, signal } = call;
  if (signal?.aborted !== true || !(call.isTimedOut?.() ?? isKnownOutage(signal.reason))) return;
  context.backOff.failed(identity);
  const request = { address, call: withoutCaller(call) }; // its signal would end the replay of a stream
  const found = await lookUp(context, request);
  const isServed = DECISIONS[policy.mode][found.state] !== 'call' && hasAnswer(found);
  return isServed ? serve(context, request, found) : undefined;
}

async function takesLongerThan(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  if (!Number.isFinite(milliseconds)) return false;
  const timer = new AbortController();
  const isOver = delay(milliseconds, true, { signal: timer.signal }).catch(() => false);
  const isDone = work.then(
    () => false,
    () => false,
  );
  const isLate = await Promise.race([isOver, isDone]);
  timer.abort();
  return isLate;
}

/** The call ends behind the older answer, as a revalidation does. A failure reaches no caller. */
async function finishInBackground(
  context: PipelineContext,
  lead: Lead,
  asking: Promise<ProviderAnswer>,
): Promise<void> {
  try {
    await readStream(deliverAndStore(context, lead, await asking));
    await lead.flight.openUntil;
  } catch {
    // The next request calls again.
  }
}

/** Calls the provider behind a stale answer: once, in however many processes requests come (RFC 5861 §3). */
export function revalidate(context: PipelineContext, stale: KeyedRequest): void {
  const { flights, backOff } = context;
  const { call, address } = stale;
  if (backOff.isBackingOff(call.identity)) return;
  const policy = { ...call.policy, mode: 'refresh' } as const;
  const request = { address, call: { ...withoutCaller(call), policy }, isRevalidation: true };
  if (flights.find(flightIdOf(request)) !== undefined) return;
  if (needsLease(context, stale)) void revalidateUnderLease(context, request);
  else void finish(context.startFlight(request));
}

/** The same call, which no caller can end. */
function withoutCaller(call: KeyedCall<unknown>): KeyedCall<unknown> {
  const { identity, codec, policy } = call;
  return { identity, codec, policy, invoke: (signal) => call.invoke(signal) };
}

async function revalidateUnderLease(
  context: PipelineContext,
  request: KeyedRequest,
): Promise<void> {
  const { flights, leases, startFlight } = context;
  const lease = await (await leases?.())?.take(request.address.key);
  if (lease === undefined) return; // another process does it
  // Another process may have done it since this one looked the entry up.
  const { state } = await lookUp(context, request);
  if (state === 'fresh') return lease.releaseAfter(Promise.resolve(true));
  const flight = flights.find(flightIdOf(request)) ?? startFlight(request);
  const finished = finish(flight);
  void lease.releaseAfter(finished.then(() => flight.openUntil ?? true));
}

/** A failure reaches no caller: the stale answer was served, and the back-off has noted it. */
async function finish(flight: Flight<FlightResult>): Promise<void> {
  try {
    await readStream(await flight.join(undefined));
  } catch {
    // The next request calls again.
  }
}

/** A recording is pulled by its readers, and here it has none. */
async function readStream({ shared }: FlightResult): Promise<void> {
  if (shared?.kind === 'recording') await readToEnd(shared.recording.replay());
}
