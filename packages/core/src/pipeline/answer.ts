import type { Usage } from '../entry/index.ts';
import type { BypassReason, Outcome } from '../events/index.ts';
import type { Flight } from '../flight/index.ts';
import { provenanceFor } from '../response/index.ts';
import { abortable, withDeadline } from '../store/index.ts';
import {
  type Call,
  eventOf,
  type FlightResult,
  type KeyedRequest,
  type PipelineContext,
  type ProviderResult,
} from './request.ts';

/** What became of a request. */
export interface CallInfo {
  readonly outcome: Outcome;
  /** Why the request bypassed the cache, as in the event `bypass`; `off` is the mode. Nothing for another outcome. */
  readonly reason?: BypassReason | 'off' | undefined;
  /** This request joined the call of another request. */
  readonly collapsed: boolean;
  /** The answer is in the store. */
  readonly stored: boolean;
  /** Undefined for a request that has no key. */
  readonly key?: string | undefined;
  /** Milliseconds since the answer was stored. 0 if the provider gave it to this request. */
  readonly age: number;
  /** Milliseconds for which the answer is still fresh. */
  readonly ttl: number;
  /** What this request did not spend. Undefined if the provider was called for it, or is out. */
  readonly saved?:
    | {
        readonly usage?: Usage | undefined;
        readonly milliseconds?: number | undefined;
      }
    | undefined;
}

/** One caller's answer: its own copy of the response, and what became of the request. */
export interface Answer<Response> {
  readonly response: Response;
  /**
   * Resolves when the answer is stored, or when it is known that it is not; at once, and with `stored: false`, for a
   * stream that is still running. A write that takes longer than `storeTimeout` is not waited for, and counts as not
   * stored. The response never waits for that.
   */
  info(): Promise<CallInfo>;
}

/** An answer, which needs no promise if the store answers synchronously. */
export type EventualAnswer<Response> = Answer<Response> | Promise<Answer<Response>>;

/** The answer to a request that bypassed the cache. */
export function bypassAnswer<Response>(
  response: Response,
  reason: BypassReason | 'off',
): Answer<Response> {
  const none = { collapsed: false, stored: false, age: 0, ttl: 0 } as const;
  return { response, info: async () => ({ outcome: 'bypass', reason, ...none }) };
}

/** Calls the provider as if there were no cache. */
export async function bypass<Response>(
  call: Call<Response>,
  reason: BypassReason,
): Promise<Answer<Response>> {
  const { signal = new AbortController().signal } = call;
  return bypassAnswer(await (call.invokeUncached?.() ?? call.invoke(signal)), reason);
}

interface Receiver<Response> {
  readonly request: KeyedRequest<Response>;
  /** The request started the flight, or needed none. Any other request joined it. */
  readonly isLeader: boolean;
  readonly at: number;
}

/** One caller's answer from a flight or from the store. It is a class, because a closure would make each hit slower. */
export class CallerAnswer<Response> implements Answer<Response> {
  readonly response: Response;
  readonly #receiver: Receiver<Response>;
  readonly #result: FlightResult;

  constructor(receiver: Receiver<Response>, result: FlightResult) {
    this.#receiver = receiver;
    this.#result = result;
    this.response = this.#respond();
  }

  async info(): Promise<CallInfo> {
    const { outcome, header, stored } = this.#result;
    const { request, at } = this.#receiver;
    return {
      outcome,
      collapsed: this.#isCollapsed,
      stored: await stored(),
      key: request.address.key,
      age: this.#age,
      ttl: header === undefined ? request.call.policy.ttl : Math.max(0, header.freshUntil - at),
      saved: this.#saved,
    };
  }

  get #isCollapsed(): boolean {
    return !this.#receiver.isLeader && !isHitOfProvided(this.#result);
  }

  get #age(): number {
    const { at } = this.#receiver;
    const { header } = this.#result;
    if (header !== undefined) return at - header.storedAt;
    return isHitOfProvided(this.#result) ? at - this.#result.provided.at : 0;
  }

  get #saved(): CallInfo['saved'] {
    const { header, provided, outcome, savesFor } = this.#result;
    const isCollapsed = this.#isCollapsed;
    if ((outcome === 'miss' || savesFor !== undefined) && !isCollapsed) return undefined;
    if (savesFor === 'nobody') return undefined;
    return { usage: (header ?? provided)?.usage, milliseconds: (header ?? provided)?.took };
  }

  #respond(): Response {
    const { leaderResponse, shared, outcome, header } = this.#result;
    const { call } = this.#receiver.request;
    // The leader's copy was made by this very call, hence of its type.
    if (this.#receiver.isLeader && leaderResponse !== undefined)
      return leaderResponse.response as Response;
    if (shared === undefined) throw new TypeError('A response for one caller reached another.');
    const entry = header === undefined ? { signal: call.signal } : provenanceFor(call, header);
    return call.codec.restore(shared, { outcome, age: this.#age, ...entry });
  }
}

/** A caller that joins while a usable answer is being written gets that answer from the flight. It counts as a hit. */
export function asHit(result: FlightResult): FlightResult {
  return result.provided?.isUsable() === true ? { ...result, outcome: 'hit' } : result;
}

/** Did all readers leave a running stream? Then what was recorded of it is not the whole answer. */
export function isAbandoned({ shared }: FlightResult): boolean {
  return shared?.kind === 'recording' && shared.recording.isAbandoned;
}

/** Has the answer ended, and is it not admitted? It was rejected, or the user's `admit` is still deciding. */
function isNotAdmitted({ provided, shared }: FlightResult): boolean {
  const isRunning = shared?.kind === 'recording' && shared.recording.end === undefined;
  return provided !== undefined && shared !== undefined && !isRunning && !provided.isUsable();
}

interface LateCaller {
  readonly request: KeyedRequest;
  readonly flight: Flight<FlightResult>;
  /** When it came. */
  readonly at: number;
}

/** A write can take longer than a short ttl. */
const isExpired = ({ provided }: FlightResult, { request, at }: LateCaller) =>
  provided !== undefined && at - provided.at >= request.call.policy.ttl;

/**
 * May a caller that came after the answer take it? Where the answer is not admitted, or is older than the caller takes from
 * the store, the caller waits first until it is decided whether the answer is stored.
 */
export async function mayTakeLate(caller: LateCaller, result: FlightResult): Promise<boolean> {
  const { call } = caller.request;
  const { openUntil } = caller.flight;
  if (!isNotAdmitted(result) && !isExpired(result, caller)) {
    // A caller that wants a new answer does not take one that was there before it asked.
    return call.policy.mode !== 'refresh' || result.provided?.isUsable() !== true;
  }
  // The leader's caller sees why it is not stored. A user's predicate may take longer than this caller waits.
  const decided = withDeadline(Promise.resolve(openUntil), call.policy.callTimeout).catch(() => {});
  await abortable(decided, call.signal, () => {});
  return false;
}

/** Loads what only a failure needs. Undefined where the package was replaced under the running process. */
export const loadFailure = () => import('./failed-call.ts').catch(() => undefined);

/** Undefined for a failure of the leader's call that is no failure of this one. @throws any other failure */
export async function ownFailure(request: KeyedRequest, failure: unknown): Promise<undefined> {
  if ((await loadFailure())?.isShared(request, failure) !== false) throw failure;
}

function isHitOfProvided(
  result: FlightResult,
): result is FlightResult & { readonly provided: ProviderResult } {
  return result.outcome === 'hit' && result.provided !== undefined;
}

/** Answers a request that joined the flight of another request. */
export function answerFollower<Response>(
  { events, now }: PipelineContext,
  request: KeyedRequest<Response>,
  result: FlightResult,
): Answer<Response> {
  const at = now();
  const { provided, header } = result;
  const { usage, took } = provided ?? header ?? {};
  const event = { ...eventOf(request), usage, servedModel: header?.served?.model, took };
  if (isHitOfProvided(result))
    events.emit('hit', { ...event, age: at - result.provided.at, waited: 0 });
  else
    events.emit('collapsed', result.savesFor === 'nobody' ? { ...event, isSaving: false } : event);
  return new CallerAnswer({ request, isLeader: false, at }, result);
}
