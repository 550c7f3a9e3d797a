import type { Verdict } from '../adapter/index.ts';
import { type EntryHeader, Payload } from '../entry/index.ts';
import {
  type EntryStore,
  freshnessWindows,
  type LoadedEntry,
  newHeader,
} from '../entry-store/index.ts';
import type { CacheEventEmitter } from '../events/index.ts';
import { rememberServedModel, type TagStates } from '../invalidation/index.ts';
import { WRITING } from '../options/index.ts';
import type { Capture } from '../response/index.ts';
import { eventOf, type Request } from './request.ts';

/** A live answer on its way into the store. */
export interface Arrival extends Request {
  /** As they were before the call began: an answer older than an invalidation is void. */
  readonly tagStates: TagStates;
  /** Milliseconds the provider took. */
  readonly took?: number | undefined;
  /** False once the key was invalidated while the call was under way. */
  readonly isCurrent: () => boolean;
}

type Admitted = Pick<EntryHeader, 'kind' | 'delays'> & { readonly payload: Payload };

/** Decides whether an answer is kept, and keeps it. */
export class Keeper {
  readonly #entries: EntryStore;
  readonly #events: CacheEventEmitter;
  readonly #now: () => number;

  constructor(entries: EntryStore, events: CacheEventEmitter, now: () => number) {
    this.#entries = entries;
    this.#events = events;
    this.#now = now;
  }

  /** Was it written? A recording is kept when it has ended. */
  async keep(arrival: Arrival, { captured, facts }: Capture<unknown>): Promise<boolean> {
    if (captured?.kind !== 'recording') this.#spend(arrival, facts);
    if (captured?.kind === 'response') return this.#admit(arrival, facts, captured);
    if (captured?.kind !== 'recording') return this.#reject(arrival, facts);
    const { recording, head } = captured;
    const { texts, ...ending } = await recording.ended;
    const took = arrival.took === undefined ? undefined : arrival.took + recording.upstream.total;
    const ended = { ...arrival, took };
    this.#spend(ended, ending);
    if (ending.rejection !== undefined) return this.#reject(ended, ending);
    const { codec, policy } = arrival.call;
    const payload = new Payload(codec.pack(texts, head));
    const waits = recording.upstream.waits.slice(0, texts.length);
    const delays = policy.replay === 'recorded' ? waits : undefined;
    return this.#admit(ended, ending, { kind: 'stream', payload, delays });
  }

  /** A hit that starts the ttl anew: no more often than once in a tenth of it, to spare the store. */
  async renew(arrival: Omit<Arrival, 'took' | 'isCurrent'>, { header, payload }: LoadedEntry) {
    const { policy } = arrival.call;
    if (!WRITING.has(policy.mode)) return;
    const { storedAt, ...life } = freshnessWindows(this.#now(), policy);
    if (life.freshUntil - header.freshUntil < policy.ttl / 10) return;
    const renewed = { ...header, ...life };
    const entry = { header: renewed, payload: payload.text };
    // Its tags and their generations stay those it was stored with, whatever tags this caller has.
    await this.#entries.write({ ...arrival.address, tags: [] }, entry, arrival.tagStates);
  }

  async #admit(
    arrival: Arrival,
    facts: Verdict,
    { kind, payload, delays }: Admitted,
  ): Promise<boolean> {
    if (facts.rejection !== undefined) return this.#reject(arrival, facts);
    const { usage, served } = facts;
    const { address, call, tagStates, took } = arrival;
    const { mode } = call.policy;
    if (!WRITING.has(mode)) return this.#reject(arrival, { rejection: mode, usage });
    const known = { kind, usage, served, took, delays };
    const header = newHeader(arrival, known, this.#now());
    const noting = rememberServedModel(this.#entries.tags, call, header);
    if (noting !== undefined) await noting;
    if (!arrival.isCurrent()) return this.#reject(arrival, { rejection: 'invalidated', usage });
    const written = await this.#entries.write(
      address,
      { header, payload: payload.text },
      tagStates,
    );
    if (typeof written === 'string') return this.#reject(arrival, { rejection: written, usage });
    this.#events.emit('stored', { ...eventOf(arrival), usage, took, bytes: written });
    return true;
  }

  #spend(arrival: Arrival, { usage, rejection }: Verdict): void {
    this.#events.countCall({ ...eventOf(arrival), usage, took: arrival.took }, rejection);
  }

  #reject(arrival: Arrival, { rejection: reason = 'unencodable', usage }: Verdict): false {
    const { took } = arrival;
    this.#events.emit('not-admitted', { ...eventOf(arrival), usage, took, reason });
    return false;
  }
}
