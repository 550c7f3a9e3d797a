import type { EntryHeader } from '../entry/index.ts';
import type { Bypass, BypassReason, CacheEventEmitter, RequestOutcome } from '../events/index.ts';
import type { Flight } from '../flight/index.ts';
import { loadReplayMiss } from '../inspection/index.ts';
import { provenanceFor } from '../response/index.ts';
import { type AnswerInfo, type AnswerOrigin, linkAnswer } from './answer-origin.ts';
import type {
  Call,
  FlightResult,
  KeyedRequest,
  PipelineContext,
  ProviderResult,
} from './request.ts';

/** What became of a request. */
export interface CallInfo extends AnswerInfo {
  /** The answer is in the store. */
  readonly stored: boolean;
}

/** One caller's answer: its own copy of the response, and what became of the request. */
export interface Answer<Response> {
  readonly response: Response;
  readonly outcome: RequestOutcome;
  /** Why the request bypassed the cache. */
  readonly reason?: string | undefined;
  /** The call that made the answer, where it was another request's. */
  readonly source?: AnswerSource | undefined;
  /** Undefined for a request that bypassed the cache. */
  readonly about?: AnswerInfo | undefined;
  /**
   * Resolves when the answer is stored, or when it is known that it is not; at once, and with `stored: false`, for a
   * stream that is still running. A write that takes longer than `storeTimeout` is not waited for, and counts as not
   * stored. The response never waits for that.
   */
  info(): Promise<CallInfo>;
}

/** When the call for an answer began, how long the provider took, and which model answered. */
export type AnswerSource = Pick<EntryHeader, 'calledAt' | 'took' | 'served'> &
  Pick<Partial<ProviderResult>, 'servedModel'>;

/** An answer, which needs no promise if the store answers synchronously. */
export type EventualAnswer<Response> = Answer<Response> | Promise<Answer<Response>>;

/** The answer to a request that bypassed the cache. */
export function bypassAnswer<Response>(
  response: Response,
  reason: BypassReason | 'off',
): Answer<Response> {
  const about = { outcome: 'bypass', reason, collapsed: false, age: 0, ttl: 0 } as const;
  linkAnswer(response, { about, forget: async () => true }); // nothing is stored
  const info = async () => ({ ...about, stored: false });
  return { response, outcome: 'bypass', reason, info };
}

/** Calls the provider as if there were no cache. */
export async function bypass<Response>(
  call: Call<Response>,
  reason: BypassReason,
): Promise<Answer<Response>> {
  const { signal = new AbortController().signal } = call;
  return bypassAnswer(await (call.invokeUncached?.() ?? call.invoke(signal)), reason);
}

/** Reasons for which a call is made in every mode, because the user or the endpoint chose not to cache it. */
const CALLED_EVEN_IN_REPLAY: ReadonlySet<BypassReason> = new Set(['when', 'endpoint']);

/** Answers a call that has no key, or that its user keeps out of the cache. */
export async function bypassUnkeyed<Response>(
  events: CacheEventEmitter,
  call: Call<Response>,
  why: Bypass,
): Promise<Answer<Response>> {
  const { bypass: reason, ...where } = why;
  events.emit('bypass', { reason, ...where, item: call.item });
  if (reason === 'not-canonical') await call.onNotCanonical?.();
  if (call.policy.mode === 'replay' && !CALLED_EVEN_IN_REPLAY.has(reason)) {
    events.emit('replay-miss', { reason, ...where });
    const { replayBypass } = await loadReplayMiss();
    throw replayBypass(why);
  }
  return bypass(call, reason);
}

interface Receiver<Response> {
  readonly context: Pick<PipelineContext, 'entries' | 'flights'>;
  readonly request: KeyedRequest<Response>;
  /** The request started the flight, or needed none. Any other request joined it. */
  readonly isLeader: boolean;
  readonly at: number;
}

/**
 * The call that a response came from, for one caller. It lives as long as the response, so it holds neither the response
 * nor the request nor the payload.
 */
export class CallOrigin implements AnswerOrigin {
  readonly isCollapsed: boolean;
  readonly #context: Receiver<unknown>['context'];
  readonly #key: string;
  readonly #ttl: number;
  readonly #at: number;
  readonly #outcome: FlightResult['outcome'];
  readonly #header: FlightResult['header'];
  readonly #provided: FlightResult['provided'];
  readonly #savesFor: FlightResult['savesFor'];

  constructor({ context, request, isLeader, at }: Receiver<unknown>, result: FlightResult) {
    this.isCollapsed = !isLeader && !isHitOfProvided(result);
    this.#context = context;
    this.#key = request.address.key;
    this.#ttl = request.call.policy.ttl;
    this.#at = at;
    this.#outcome = result.outcome;
    this.#header = result.header;
    this.#provided = result.provided;
    this.#savesFor = result.savesFor;
  }

  get outcome(): RequestOutcome {
    return this.isCollapsed ? 'collapsed' : this.#outcome;
  }

  get source(): AnswerSource | undefined {
    return this.#header ?? this.#provided;
  }

  get about(): AnswerInfo {
    const header = this.#header;
    const ttl = this.#provided?.ttl ?? this.#ttl;
    return {
      outcome: this.#outcome,
      collapsed: this.isCollapsed,
      key: this.#key,
      age: this.age,
      ttl: header === undefined ? ttl : Math.max(0, header.freshUntil - this.#at),
      saved: this.#saved,
    };
  }

  forget(): Promise<boolean> {
    const { entries, flights } = this.#context;
    flights.detachKey(this.#key);
    return entries.invalidate(this.#key);
  }

  get age(): number {
    if (this.#header !== undefined) return this.#at - this.#header.storedAt;
    const isHit = this.#outcome === 'hit' && this.#provided !== undefined;
    return isHit ? this.#at - this.#provided.at : 0;
  }

  get #saved(): AnswerInfo['saved'] {
    const isPaid = this.#outcome === 'miss' || this.#savesFor !== undefined;
    if ((isPaid && !this.isCollapsed) || this.#savesFor === 'nobody') return undefined;
    const { usage, took } = this.#header ?? this.#provided ?? {};
    return { usage, milliseconds: took };
  }
}

/** One caller's answer from a flight or from the store. It is a class, because a closure would make each hit slower. */
export class CallerAnswer<Response> implements Answer<Response> {
  readonly response: Response;
  readonly #origin: CallOrigin;
  readonly #stored: FlightResult['stored'];

  constructor(receiver: Receiver<Response>, result: FlightResult) {
    this.#origin = new CallOrigin(receiver, result);
    this.#stored = result.stored;
    this.response = this.#respond(receiver, result);
    linkAnswer(this.response, this.#origin);
  }

  get outcome(): RequestOutcome {
    return this.#origin.outcome;
  }

  get source(): AnswerSource | undefined {
    return this.#origin.source;
  }

  get about(): AnswerInfo {
    return this.#origin.about;
  }

  async info(): Promise<CallInfo> {
    return { ...this.#origin.about, stored: await this.#stored() };
  }

  #respond(
    { request: { call }, isLeader }: Receiver<Response>,
    { leaderResponse, shared, outcome, header }: FlightResult,
  ): Response {
    // The leader's copy was made by this very call, hence of its type.
    if (isLeader && leaderResponse !== undefined) return leaderResponse.response as Response;
    if (shared === undefined) throw new TypeError('A response for one caller reached another.');
    const entry = header === undefined ? { signal: call.signal } : provenanceFor(call, header);
    return call.codec.restore(shared, { outcome, age: this.#origin.age, ...entry });
  }
}

/** Did all readers leave a running stream? Then what was recorded of it is not the whole answer. */
export function isAbandoned({ shared }: FlightResult): boolean {
  return shared?.kind === 'recording' && shared.recording.isAbandoned;
}

/** Loads what only a failure needs. Undefined where the package was replaced under the running process. */
export const loadFailure = () => import('./failed-call.ts').catch(() => undefined);

/** Undefined for a failure of the leader's call that is no failure of this one. @throws any other failure */
export async function ownFailure(
  request: KeyedRequest,
  flight: Pick<Flight<unknown>, 'callTimeout'>,
  failure: unknown,
): Promise<undefined> {
  if ((await loadFailure())?.isShared(request, flight, failure) !== false) throw failure;
}

/** Did the request come after the answer, while that was being written? */
export function isHitOfProvided(
  result: FlightResult,
): result is FlightResult & { readonly provided: ProviderResult } {
  return result.outcome === 'hit' && result.provided !== undefined;
}
