import type { EventName, Listener } from '../events/events.ts';
import type { Inspection } from '../inspection/inspection.ts';
import type { CallIdentity } from '../key/call-identity.ts';
import type { Ledger, LedgerGroup, LedgerRow } from '../ledger/ledger-figures.ts';
import type { Prices } from '../ledger/prices.ts';
import type { CallOptions } from '../options/options.ts';
import type { Policy } from '../options/policy.ts';
import type { Answered } from '../pipeline/answer.ts';
import type { Answering } from '../pipeline/answering.ts';
import type { Asking } from '../pipeline/call.ts';
import { assembleCache, type CacheAssembly } from './cache-assembly.ts';
import type { CacheParts, CacheStats } from './cache-parts.ts';
import type { Selection } from './steering.ts';
import { warm } from './warm.ts';

/** Answers of language models, kept in a store. Made by `createLlmCache`. */
export class LlmCache {
  /** Shown to nobody who prints the cache: a scope may name a person. */
  declare readonly policy: Policy;
  readonly isPrivate: boolean;
  /** What doors ask of the cache. */
  readonly calls: Answering;
  /** What lies in the store, entry by entry. */
  readonly inspection: Inspection;
  /** Asks each request once, a few at a time, so that later calls are hits. */
  readonly warm = warm;
  /** What answers cost, where that is known. */
  readonly prices: Prices;
  readonly #parts: CacheAssembly;

  constructor(parts: CacheParts) {
    Object.defineProperty(this, 'policy', { value: parts.policy });
    this.isPrivate = parts.isPrivate;
    this.#parts = assembleCache(parts);
    this.calls = this.#parts.calls;
    this.prices = this.#parts.prices;
    this.inspection = this.#parts.inspection;
  }

  /** Takes one request through the cache. Doors build the call; see `cachedLlmCall` for functions. */
  answer<Response>(call: Asking<Response>): Answered<Response> {
    return this.calls.answer(call);
  }

  /** The response stored for an identity of your own, if one is fresh. */
  get(identity: CallIdentity, options: CallOptions = {}): Promise<unknown> {
    return this.#parts.manual.get(identity, options);
  }

  /** Stores a response for an identity of your own making. Was it stored? */
  set(identity: CallIdentity, response: unknown, options: CallOptions = {}): Promise<boolean> {
    return this.#parts.manual.set(identity, response, options);
  }

  keyOf(identity: CallIdentity, options: CallOptions = {}): string | undefined {
    return this.#parts.manual.keyOf(identity, options);
  }

  /** The selected entries answer nobody from now on. False when the store could not be told. */
  invalidate(selection: Selection): Promise<boolean> {
    return this.#parts.steering.invalidate(selection);
  }

  /** The selected entries are stale from now on. False when the store could not be told. */
  expire(selection: Selection): Promise<boolean> {
    return this.#parts.steering.expire(selection);
  }

  /** Removes every entry of this namespace, and nothing else. False when the store could not be told. */
  clear(): Promise<boolean> {
    return this.#parts.steering.clear();
  }

  /** What this process did since the cache was made; see `ledger` for all processes. */
  stats(): CacheStats;
  stats(options: { readonly by: LedgerGroup }): readonly LedgerRow[];
  stats(options?: { readonly by: LedgerGroup }): CacheStats | readonly LedgerRow[] {
    return options === undefined ? this.#parts.books.stats() : this.#parts.books.by(options.by);
  }

  /** {@link stats}, as a text for people. */
  summary(): string {
    return this.#parts.books.summary();
  }

  /** What every process did that shares this store and namespace, of which the store can list rows. */
  ledger(): Promise<Ledger> {
    return this.#parts.books.ledger();
  }

  /** Returns how to stop listening. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#parts.reporter.emitter.on(name, listener);
  }

  /** Writes this process's counts down, waits for what is being written, and lets go of the store. */
  close(): Promise<void> {
    return this.#parts.books.close().then(() => this.#parts.rows.close());
  }
}
