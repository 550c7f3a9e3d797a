import { EntryStore } from '../effects/entry-store.ts';
import { GuardedStore } from '../effects/guarded-store.ts';
import { Reporter } from '../effects/reporter.ts';
import type { Counts } from '../effects/stats.ts';
import type { Store, StoreSize } from '../effects/store.ts';
import type { CallIdentity } from '../words/call-identity.ts';
import type { EventName, Listener } from '../words/events.ts';
import { addressOf, isBypass } from './address.ts';
import { type Answer, bypassAnswer } from './answer.ts';
import type { Asking, Bypass, Call } from './call.ts';
import { ManualAccess } from './manual-access.ts';
import type { CallOptions } from './options.ts';
import { Pipeline } from './pipeline.ts';
import type { Policy } from './policy.ts';
import { type Selection, Steering } from './steering.ts';
import { type WarmOptions, type WarmReport, warm } from './warm.ts';

/** A cache's options, resolved. */
export interface CacheParts {
  readonly store: Store;
  /** Nobody but this process sees the store. */
  readonly isPrivate: boolean;
  readonly namespace: string;
  readonly policy: Policy;
  readonly maxEntryBytes: number;
  readonly storeTimeout: number;
  readonly now: () => number;
}

export interface CacheStats extends Counts, Partial<StoreSize> {
  /** Every request that came, whatever became of it. */
  readonly requests: number;
  /** The share of requests that made no call of their own, bypasses left out: 0 to 1. */
  readonly hitRate: number;
}

/** Answers of language models, kept in a store. Made by `createLlmCache`. */
export class LlmCache {
  /** What holds for every call that says nothing else. */
  readonly policy: Policy;
  readonly isPrivate: boolean;
  readonly #store: Store;
  readonly #rows: GuardedStore;
  readonly #reporter = new Reporter();
  readonly #entries: EntryStore;
  readonly #pipeline: Pipeline;
  readonly #steering: Steering;
  readonly #manual: ManualAccess;

  constructor({ store, isPrivate, namespace, policy, ...parts }: CacheParts) {
    const reporter = this.#reporter;
    const { now, storeTimeout, maxEntryBytes } = parts;
    this.#rows = new GuardedStore(store, { reporter, now, storeTimeout });
    const entries = new EntryStore(this.#rows, namespace, maxEntryBytes);
    const pipeline = new Pipeline({ entries, reporter, now });
    const detach = (key: string) => pipeline.detach(key);
    this.policy = policy;
    this.isPrivate = isPrivate;
    this.#store = store;
    this.#entries = entries;
    this.#pipeline = pipeline;
    const detachTag = (tag: string) => pipeline.detachTag(tag);
    this.#steering = new Steering({ entries, store, reporter, now, detach, detachTag });
    this.#manual = new ManualAccess({
      entries,
      reporter,
      now,
      policy,
      look: (request) => pipeline.look(request),
    });
  }

  /** Takes one request through the cache. Doors build the call; see `cachedLlmCall` for functions. */
  async answer<Response>(call: Asking<Response>): Promise<Answer<Response>> {
    const address = addressOf(this.#entries, call.identity, call.policy);
    if (isBypass(address)) return this.#goPast(call, address);
    // An identity that is a bypass has no address.
    return this.#pipeline.answer(call as Call<Response>, address);
  }

  /** The key of a call; nothing for one that goes past the cache. */
  keyOfCall({ identity, policy }: Asking<unknown>): string | undefined {
    const address = addressOf(this.#entries, identity, policy);
    return isBypass(address) ? undefined : address.key;
  }

  /** The stored response, without a call, an event or a count; nothing where there is none to serve. */
  async peek<Response>(call: Asking<Response>): Promise<Response | undefined> {
    const address = addressOf(this.#entries, call.identity, call.policy);
    if (isBypass(address)) return undefined;
    const { answer, state } = await this.#pipeline.look({
      call: call as Call<Response>,
      address,
    }); // has an address
    // The look-up decoded it with this very call's codec.
    return state === 'expired' ? undefined : (answer?.own?.response as Response | undefined);
  }

  /** The response stored for an identity of your own making, if one is fresh. */
  get(identity: CallIdentity, options: CallOptions = {}): Promise<unknown> {
    return this.#manual.get(identity, options);
  }

  /** Stores a response for an identity of your own making. Was it stored? */
  set(identity: CallIdentity, response: unknown, options: CallOptions = {}): Promise<boolean> {
    return this.#manual.set(identity, response, options);
  }

  keyOf(identity: CallIdentity, options: CallOptions = {}): string | undefined {
    return this.#manual.keyOf(identity, options);
  }

  /** The selected entries answer nobody from now on. False when the store could not be told. */
  invalidate(selection: Selection): Promise<boolean> {
    return this.#steering.invalidate(selection);
  }

  /** The selected entries are stale from now on. False when the store could not be told. */
  expire(selection: Selection): Promise<boolean> {
    return this.#steering.expire(selection);
  }

  /** Removes every entry of this namespace, and nothing else. False when the store could not be told. */
  clear(): Promise<boolean> {
    return this.#steering.clear();
  }

  /** Asks each request once, a few at a time, so that later calls are hits. */
  warm<Request>(
    requests: Iterable<Request> | AsyncIterable<Request>,
    ask: (request: Request) => unknown,
    options?: WarmOptions,
  ): Promise<WarmReport> {
    return warm(requests, ask, options);
  }

  stats(): CacheStats {
    const { counts, hitRate } = this.#reporter.stats;
    const { hits, stale, misses, bypasses, collapsed } = counts;
    const requests = hits + stale + misses + bypasses + collapsed;
    // A bare Map has a `size`, too, and it is a number.
    const size = typeof this.#store.size === 'function' ? this.#store.size() : {};
    return { ...counts, ...size, requests, hitRate };
  }

  /** Returns how to stop listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#reporter.emitter.on(name, listener);
  }

  /** Waits for what is being written, and lets go of the store. */
  close(): Promise<void> {
    return this.#rows.close();
  }

  async #goPast<Response>(call: Asking<Response>, why: Bypass): Promise<Answer<Response>> {
    const { bypass, ...where } = why;
    this.#reporter.tell('bypass', { reason: bypass, ...where });
    const { signal = new AbortController().signal } = call;
    return bypassAnswer(await (call.pass?.() ?? call.invoke(signal)));
  }
}
