import { type Freshness, freshness, storedByNow } from '../entry/index.ts';
import type { FoundEntry } from '../entry-store/index.ts';
import type { Flight } from '../flight/index.ts';
import { type Mode, systemClock } from '../options/index.ts';
import { provenanceFor, type SharedResponse } from '../response/index.ts';
import { abortable } from '../store/index.ts';
import type { FlightResult, KeyedRequest, PipelineContext } from './request.ts';

type State = Freshness | 'absent';

type Step = 'call' | 'serve' | 'serve-and-revalidate' | 'call-or-serve' | 'refuse';

/** What is done with a request, by its mode and by the state of its entry. */
export const DECISIONS: Readonly<Record<Mode, Readonly<Record<State, Step>>>> = {
  'read-write': {
    fresh: 'serve',
    stale: 'serve-and-revalidate',
    fallback: 'call-or-serve',
    expired: 'call',
    absent: 'call',
  },
  'read-only': {
    fresh: 'serve',
    stale: 'serve', // the answer of a revalidation could not be stored
    fallback: 'call-or-serve',
    expired: 'call',
    absent: 'call',
  },
  refresh: {
    fresh: 'call',
    stale: 'call',
    fallback: 'call-or-serve',
    expired: 'call',
    absent: 'call',
  },
  replay: {
    fresh: 'serve',
    stale: 'serve',
    fallback: 'serve',
    expired: 'serve', // a recording does not age
    absent: 'refuse',
  },
  off: {
    fresh: 'call',
    stale: 'call',
    fallback: 'call',
    expired: 'call',
    absent: 'call',
  },
};

/** What the store holds for a request. */
export interface LookUp extends FoundEntry {
  readonly state: State;
  /** What is served, with the leader's own copy. Undefined if there is no entry. */
  readonly result?: FlightResult | undefined;
  /** Milliseconds that the look-up took, with decoding. They have fractions, because most look-ups take less than one. */
  readonly waited?: number | undefined;
  /** Milliseconds since the answer was stored. */
  readonly age?: number | undefined;
}

/** A look-up that found an answer. */
export interface FoundAnswer extends LookUp {
  readonly result: FlightResult;
  readonly waited: number;
  readonly age: number;
}

export function hasAnswer(found: LookUp): found is FoundAnswer {
  return found.result !== undefined;
}

/** A request that leads its flight, and what its look-up found. */
export interface Lead<LookedUp = LookUp> {
  readonly request: KeyedRequest;
  readonly flight: Flight<FlightResult>;
  readonly found: LookedUp;
}

/** The found answer, which saves a call for its followers only, or for nobody. */
export const savingFor = (found: FoundAnswer, savesFor: FlightResult['savesFor']): FoundAnswer => ({
  ...found,
  result: { ...found.result, savesFor },
});

/** Milliseconds by a clock that nobody sets and that stands still while the computer sleeps, or by the user's own clock. */
export const monotonic = ({ now }: Pick<PipelineContext, 'now'>): number =>
  now === systemClock ? performance.now() : now();

const stored = async () => true;

/** Looks the entry up synchronously, unless the store or the entry needs time. */
export function lookUp(
  { entries, now }: Pick<PipelineContext, 'entries' | 'now'>,
  request: KeyedRequest,
): LookUp | Promise<LookUp> {
  const startedAt = performance.now();
  const found = entries.read(request.address);
  if (!(found instanceof Promise)) return stateOf(request, found, { at: now(), startedAt });
  return found.then((late) => stateOf(request, late, { at: now(), startedAt }));
}

/** Looks the entry up only if that needs no time. Undefined otherwise. */
export function lookUpNow(
  { entries, now }: Pick<PipelineContext, 'entries' | 'now'>,
  request: KeyedRequest,
): LookUp | undefined {
  const startedAt = performance.now();
  const found = entries.readNow(request.address);
  return found && stateOf(request, found, { at: now(), startedAt });
}

/** Finds the state of an entry and decodes it. An entry that cannot be decoded counts as absent, and is replaced. */
function stateOf(
  { call }: KeyedRequest,
  { entry, tagStates, lackedTags }: FoundEntry,
  { at, startedAt }: { readonly at: number; readonly startedAt: number },
): LookUp {
  if (entry === undefined)
    return { state: 'absent', tagStates, waited: performance.now() - startedAt };
  const { payload } = entry;
  const header = storedByNow(entry.header, at);
  const state = freshness(header, at);
  const outcome = state === 'fresh' || call.policy.mode === 'replay' ? 'hit' : 'stale';
  const shared: SharedResponse = { kind: header.kind, payload };
  const age = at - header.storedAt;
  if (age >= call.policy.maxAge) return { state: 'absent', tagStates };
  const { signal, delays, crossTo } = provenanceFor(call, header);
  const provenance = { outcome, age, signal, delays, crossTo } as const; // no spread: see serve()
  try {
    const leaderResponse = { response: call.codec.restore(shared, provenance) };
    const result = { outcome, header, shared, leaderResponse, stored } as const;
    const waited = performance.now() - startedAt;
    return { state, entry, tagStates, lackedTags, result, waited, age };
  } catch {
    return { state: 'absent', tagStates };
  }
}

/** Looks an entry up before there is a flight. The caller's abort ends its wait. */
export function lookUpForCaller(
  context: PipelineContext,
  request: KeyedRequest,
): LookUp | Promise<LookUp> {
  const { signal } = request.call;
  const found = lookUp(context, request);
  const isAwaited = found instanceof Promise || signal?.aborted === true;
  return isAwaited ? abortable(Promise.resolve(found), signal, () => {}) : found;
}

let storing: typeof import('./store-answer.ts') | undefined;

/** Loads what stores an answer. Undefined if the import fails: the package was replaced under the running process. */
export async function loadStoring() {
  storing ??= await import('./store-answer.ts').catch(() => undefined);
  return storing;
}

/** Writes a served entry again, in the call itself once the file is loaded. Closing the cache waits for it. */
export function rewriteOnHit(
  context: Pick<PipelineContext, 'entries' | 'now'>,
  request: KeyedRequest,
): Promise<void> {
  const rewriting =
    storing?.rewriteOnHit(context, request) ??
    loadStoring().then((loaded) => loaded?.rewriteOnHit(context, request));
  context.entries.hold(rewriting);
  return rewriting;
}

/** Serves what was found, with one event. A revalidation has no event, because no caller waits for it. */
export function serve(
  { entries, events, now, flights }: PipelineContext,
  request: KeyedRequest,
  found: FoundAnswer,
): FlightResult {
  const { result, state, waited, age } = found;
  if (request.isRevalidation === true) return result;
  if (needsRewrite(request.call, found)) {
    const rewriting = rewriteOnHit({ entries, now }, request);
    flights.waitUntil?.(rewriting);
  }
  const { usage, took, served } = result.header ?? {};
  const { identity, endpoint, item } = request.call;
  const { provider, model } = identity;
  const servedModel = served?.model;
  const { key } = request.address;
  // The fields are written out, because a spread costs more than the rest of a hit.
  const event = { key, provider, model, endpoint, item, usage, servedModel, took, age, waited };
  if (result.outcome !== 'hit') {
    const isSaving = result.savesFor === undefined && item === undefined;
    events.emit('stale', { ...event, isSaving, isFallback: state === 'fallback' });
  } else if (item === undefined) events.emit('hit', event);
  else events.emit('hit', { ...event, isSaving: false }); // `each-item.ts` counts it with the whole request
  return result;
}

/** Serves what was found after a wait that began then, by `performance.now()`. */
export const serveLate = (
  context: PipelineContext,
  { request, found }: Pick<Lead<FoundAnswer>, 'request' | 'found'>,
  startedAt: number,
): FlightResult =>
  serve(context, request, { ...found, waited: found.waited + performance.now() - startedAt });

/** A clock that is ahead by more than this, in milliseconds, is wrong: what it stored is written again. */
const MAX_AHEAD = 60_000;

/** Is there a reason to write a served entry again? Most often there is none. */
export function needsRewrite(
  { policy }: KeyedRequest['call'],
  { entry, result, lackedTags }: LookUp,
): boolean {
  if (policy.renewOnHit || lackedTags !== undefined) return true;
  const ahead = (entry?.header.storedAt ?? 0) - (result?.header?.storedAt ?? 0);
  return ahead > MAX_AHEAD;
}

/** Serves an answer that needs nothing more: no flight is made for it, because there is nothing to join. */
export function serveAtOnce(
  context: PipelineContext,
  request: KeyedRequest,
  found: LookUp,
): FlightResult | undefined {
  const { policy } = request.call;
  const isServed = DECISIONS[policy.mode][found.state] === 'serve';
  return isServed && hasAnswer(found) && !needsRewrite(request.call, found)
    ? serve(context, request, found)
    : undefined;
}
