import { EntryStore } from '../effects/entry-store.ts';
import { GuardedStore } from '../effects/guarded-store.ts';
import { Reporter } from '../effects/reporter.ts';
import type { Store } from '../effects/store.ts';
import type { CallIdentity } from '../words/call-identity.ts';
import type { EventName, Listener } from '../words/events.ts';
import type { Answer } from './answer.ts';
import { Answering } from './answering.ts';
import type { CacheParts, CacheStats } from './cache-parts.ts';
import type { Asking } from './call.ts';
import { ManualAccess } from './manual-access.ts';
import type { CallOptions } from './options.ts';
import { Pipeline } from './pipeline.ts';
import type { Policy } from './policy.ts';
import { type Selection, Steering } from './steering.ts';
import { type WarmOptions, type WarmReport, warm } from './warm.ts';

/** Answers of language models, kept in a store. Made by `createLlmCache`. */
export class LlmCache {
  readonly policy: Policy;
  readonly isPrivate: boolean;
  readonly #store: Store;
  readonly #rows: GuardedStore;
  readonly #reporter = new Reporter();
  /** What doors ask of the cache. */
  readonly calls: Answering;
  readonly #steering: Steering;
  readonly #manual: ManualAccess;

  constructor({ store, isPrivate, namespace, policy, ...parts }: CacheParts) {
    const { now, reporter } = { ...parts, reporter: this.#reporter };
    this.#rows = new GuardedStore(store, { ...parts, reporter });
    const entries = new EntryStore(this.#rows, namespace, parts.maxEntryBytes);
    const pipeline = new Pipeline({ entries, reporter, now });
    this.policy = policy;
    this.isPrivate = isPrivate;
    this.#store = store;
    this.calls = new Answering({ entries, pipeline, reporter });
    this.#steering = new Steering({ entries, store, reporter, now, flights: pipeline.flights });
    this.#manual = new ManualAccess({ entries, reporter, now, policy, pipeline });
  }

  /** Takes one request through the cache. Doors build the call; see `cachedLlmCall` for functions. */
  answer<Response>(call: Asking<Response>): Promise<Answer<Response>> {
    return this.calls.answer(call);
  }

  /** The response stored for an identity of your own, if one is fresh. */
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
    const { counts, requests, hitRate } = this.#reporter.stats;
    return { ...counts, ...this.#store.measure?.(), requests, hitRate };
  }

  /** Returns how to stop listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#reporter.emitter.on(name, listener);
  }

  /** Waits for what is being written, and lets go of the store. */
  close(): Promise<void> {
    return this.#rows.close();
  }
}
