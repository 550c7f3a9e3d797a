import { isOutage } from '../adapter/index.ts';
import { type Flight, runAsCallFor } from '../flight/index.ts';
import type { CapturedResponse, RunningStream } from '../response/index.ts';
import { hasAnswer, type Lead, lookUp, serve } from './look-up.ts';
import {
  eventOf,
  type FlightResult,
  type KeyedRequest,
  type PipelineContext,
  type ProviderResult,
} from './request.ts';
import { storeAnswer } from './store-answer.ts';

/** What the provider answered. */
export interface ProviderAnswer {
  readonly capture: CapturedResponse<unknown>;
  /** Milliseconds that the provider took; for a stream, until it began. */
  readonly took: number;
}

/** Must one process at a time make this call? A refresh need not wait, and one of many items cannot. */
export function needsLease({ leases }: PipelineContext, { call }: KeyedRequest): boolean {
  return leases !== undefined && call.policy.mode === 'read-write' && call.isPart !== true;
}

/** Calls the provider, in one process at a time where the store has leases: another's answer may be there by then. */
export async function callOnceAmongProcesses(
  context: PipelineContext,
  lead: Lead,
): Promise<FlightResult> {
  const { request, flight } = lead;
  const leases = needsLease(context, request) ? await context.leases?.() : undefined;
  if (leases === undefined) return callProvider(context, lead);
  const { found = lead.found, lease } = await leases.wait(request.address.key, {
    look: () => lookUp(context, request),
    isFresh: ({ state }) => state === 'fresh',
    signal: flight.signal,
  });
  const result = serveIfFreshNow(context, { request, flight, found });
  void lease?.releaseAfter(result.then(() => flight.openUntil ?? true)); // true: there was nothing to store
  return result;
}

async function serveIfFreshNow(context: PipelineContext, lead: Lead): Promise<FlightResult> {
  const { request, found } = lead;
  const isAnswered = found.state === 'fresh' && hasAnswer(found);
  return isAnswered ? serve(context, request, found) : callProvider(context, lead);
}

/** A miss: calls the provider, gives its answer to the callers, and stores it behind them. */
async function callProvider(context: PipelineContext, lead: Lead): Promise<FlightResult> {
  if (lead.request.isRevalidation !== true) context.events.emit('miss', eventOf(lead.request));
  return deliverAndStore(context, lead, await askProvider(context, lead.request, lead.flight));
}

/** Calls the provider once, and notes whether it is out. */
export async function askProvider(
  context: PipelineContext,
  request: KeyedRequest,
  flight: Flight<FlightResult>,
): Promise<ProviderAnswer> {
  const { backOff } = context;
  const { identity } = request.call;
  try {
    const answer = await ask(context, request, flight);
    if (answer.capture.isOutage === true) backOff.failed(identity);
    else backOff.succeeded(identity);
    return answer;
  } catch (error) {
    if (isOutage(error)) backOff.failed(identity);
    throw error;
  }
}

async function ask(
  { now }: PipelineContext,
  { call, address }: KeyedRequest,
  flight: Flight<FlightResult>,
): Promise<ProviderAnswer> {
  const startedAt = now();
  const { signal } = flight;
  signal.throwIfAborted(); // all callers left during the look-up
  const response = await runAsCallFor(address.key, () => call.invoke(signal));
  const capture = await call.codec.capture(response);
  return { capture, took: now() - startedAt };
}

const NOT_STORED = Promise.resolve(false);

/** The answer goes to the callers at once, and into the store behind them. */
export function deliverAndStore(
  context: PipelineContext,
  { request, flight, found }: Lead,
  { capture, took }: ProviderAnswer,
): FlightResult {
  const { shared, response, verdict } = capture;
  const isCurrent = () => context.flights.isCurrent(flight);
  const answer = { ...request, tagStates: found.tagStates, took, isCurrent };
  const stored = storeAnswer(context, answer, capture);
  flight.keepOpenUntil(stored);
  const at = context.now();
  if (shared?.kind === 'recording') {
    abandonWith(shared, flight);
    const provided = streamResult(shared, { at, took });
    return { outcome: 'miss', shared, stored: NOT_STORED, provided };
  }
  const { usage, rejection } = verdict;
  const provided = { at, took, usage, isUsable: () => rejection === undefined };
  return { outcome: 'miss', shared, leaderResponse: { response }, stored, provided };
}

/** The readers of a stream leave the stream, not the flight, which is abandoned when the last reader has left. */
function abandonWith({ recording }: RunningStream, flight: Flight<FlightResult>): void {
  void recording.ended.then(({ rejection }) => {
    if (rejection === 'abandoned') flight.abandon();
  });
}

/** What a stream used is known when it has ended; how long it takes grows until then. */
function streamResult(
  { recording }: RunningStream,
  { at, took }: { readonly at: number; readonly took: number },
): ProviderResult {
  return {
    at,
    get took() {
      return took + recording.took;
    },
    get usage() {
      return recording.end?.usage;
    },
    isUsable: () => recording.isUsable,
  };
}
