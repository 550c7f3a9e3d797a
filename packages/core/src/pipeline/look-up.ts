import { freshness } from '../entry/index.ts';
import type { EntryStore, FoundEntry } from '../entry-store/index.ts';
import type { CacheEventEmitter } from '../events/index.ts';
import { abortable } from '../flight/index.ts';
import { type Captured, entryProvenance } from '../response/index.ts';
import type { Landed } from './answer.ts';
import { DECISIONS, type State } from './decision.ts';
import type { Request } from './request.ts';

/** What a look-up found. */
export interface Look extends FoundEntry {
  readonly state: State;
  /** Ready to be served, with the leader's own copy. */
  readonly answer?: Landed | undefined;
  /** Milliseconds to the answer, with decoding: by the machine's own clock, since most take less than one. */
  readonly waited?: number | undefined;
}

interface Instants {
  readonly at: number;
  readonly startedAt: number;
}

const STORED = Promise.resolve(true);

export interface LookParts {
  readonly entries: EntryStore;
  readonly now: () => number;
}

/** An entry that cannot be decoded is as good as absent, and will be replaced. */
function lookAt(
  { call }: Request,
  { entry, tagStates }: FoundEntry,
  { at, startedAt }: Instants,
): Look {
  if (entry === undefined) return { state: 'absent', tagStates };
  const { header, payload } = entry;
  const state = freshness(header, at);
  const outcome = state === 'fresh' || call.policy.mode === 'replay' ? 'hit' : 'stale';
  const captured: Captured = { kind: header.kind, payload };
  const age = at - header.storedAt;
  const { signal, delays, crossTo } = entryProvenance(call, header);
  const provenance = { outcome, age, signal, delays, crossTo } as const; // no spread: see serve.ts
  try {
    const own = { response: call.codec.restore(captured, provenance) };
    const answer = { outcome, header, captured, own, stored: STORED } as const;
    return { state, entry, tagStates, answer, waited: performance.now() - startedAt };
  } catch {
    return { state: 'absent', tagStates };
  }
}

/** In the call itself, unless the store, or what it holds, needs time. */
export function lookUp(request: Request, { entries, now }: LookParts): Look | Promise<Look> {
  const startedAt = performance.now();
  const found = entries.read(request.address);
  if (!(found instanceof Promise)) return lookAt(request, found, { at: now(), startedAt });
  return found.then((late) => lookAt(request, late, { at: now(), startedAt }));
}

export interface ServeParts {
  readonly events: CacheEventEmitter;
  readonly now: () => number;
}

/** A look that found an answer. */
export interface Answered extends Look {
  readonly answer: Landed;
  readonly waited: number;
}

export function isAnswered(look: Look): look is Answered {
  return look.answer !== undefined;
}

/** Answers from the store, and says so. */
export function serve(
  { events, now }: ServeParts,
  request: Request,
  { entry, state, answer, waited }: Answered,
): Landed {
  const at = now();
  const { storedAt = at, usage, took } = entry?.header ?? {};
  const { provider, model } = request.call.identity;
  const { key } = request.address;
  // Written out: this is made for every hit, and a spread costs more than all the rest of it.
  const event = { key, provider, model, usage, took, age: at - storedAt, waited };
  if (answer.outcome === 'hit') events.emit('hit', event);
  else events.emit('stale', { ...event, isFallback: state === 'fallback' });
  return answer;
}

type Parts = LookParts & ServeParts;

/** A request, and what was found for it. */
export type Looked = Request & { readonly look: Look };

const nobodyLeft = (): void => {};

/** Looks before a flight is up, in the call itself where the store answers so. An abort ends the caller's waiting. */
export function firstLook(parts: Parts, request: Request): Look | Promise<Look> {
  const { signal } = request.call;
  const look = lookUp(request, parts);
  const isAwaited = look instanceof Promise || signal?.aborted === true;
  return isAwaited ? abortable(Promise.resolve(look), signal, nobodyLeft) : look;
}

/** Where what was found is the answer, there is nothing to join, and no flight is made for it. */
export function servedAtOnce(parts: Parts, request: Looked): Landed | undefined {
  const { look, call } = request;
  const { policy } = call;
  const isServed = DECISIONS[policy.mode][look.state] === 'serve' && !policy.renewOnHit;
  return isServed && isAnswered(look) ? serve(parts, request, look) : undefined;
}
