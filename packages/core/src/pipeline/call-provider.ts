import { lifeOf, loadEntryWriter } from '../entry-store/index.ts';
import { runAsCallFor } from '../flight/index.ts';
import { examineMiss } from '../inspection/index.ts';
import type { TagStates } from '../invalidation/index.ts';
import { WRITING_MODES } from '../options/index.ts';
import { loadFailure } from './answer.ts';
import type { ProviderAnswer } from './deliver.ts';
import {
  hasAnswer,
  type Lead,
  type LookUp,
  loadStoring,
  lookUp,
  monotonic,
  serveLate,
} from './look-up.ts';
import { eventOf, type FlightResult, type KeyedRequest, type PipelineContext } from './request.ts';

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
    delay: lead.found.waited,
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
  const answer = await askProvider(context, lead);
  return delivery?.deliverAndStore(context, lead, answer) ?? unstored(answer);
}

/** What gives an answer to its callers and stores it. It is loaded during the first call, because a hit needs none of it. */
let delivery: typeof import('./deliver.ts') | undefined;

async function loadDelivery(): Promise<void> {
  const loading = Promise.all([import('./deliver.ts'), loadStoring(), loadEntryWriter()]);
  delivery = (await loading.catch(() => undefined))?.[0];
}

/** The answer where the import failed: the package was replaced under the running process. */
const unstored = ({ capture: { response, shared } }: ProviderAnswer): FlightResult => ({
  outcome: 'miss',
  shared,
  leaderResponse: shared?.kind === 'recording' ? undefined : { response },
  stored: async () => false,
});

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
    late
      ?.then((given) => delivery?.countLate(context, request, { ...given, takeBack }))
      .catch(() => {});
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
  const responding = runAsCallFor(
    [address.key],
    (end) => flight.whenAbandoned(end),
    () => call.invoke(call.takesSignal === false ? NO_SIGNAL : flight.signal),
  );
  const loading = delivery === undefined ? loadDelivery() : undefined;
  const response = await responding;
  const captured = call.codec.capture(response);
  const capture = captured instanceof Promise ? await captured : captured;
  const took = (monotonic(context) - startedAt) / (capture.part?.of ?? 1);
  if (loading !== undefined) await loading;
  return { capture, calledAt: capture.calledAt ?? calledAt, took, tagStates };
}

/** Loads what only a failed call needs. It has no event if the import fails: the package was replaced under the running process. */
async function emitFailed(
  ...failure: Parameters<typeof import('./failed-call.ts').emitFailed>
): Promise<(() => void) | undefined> {
  return (await import('./failed-call.ts').catch(() => undefined))?.emitFailed(...failure);
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
