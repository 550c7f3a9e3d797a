import type { Usage } from '../entry/index.ts';
import { isBypass } from '../entry-store/index.ts';
import type { Bypass, EventName, Listener } from '../events/index.ts';
import { type Inspection, loadMeasurement, type MeasureOptions } from '../inspection/index.ts';
import type { CallIdentity } from '../key/index.ts';
import {
  bestPrice,
  type CacheStats,
  type Ledger,
  type LedgerGroup,
  type LedgerRange,
  type LedgerRow,
  type PricedModel,
  type StoreFigures,
} from '../ledger/index.ts';
import { type CallOptions, isWorkers, type Policy } from '../options/index.ts';
import type { Pipeline } from '../pipeline/index.ts';
import { type CacheContext, createContext } from './cache-context.ts';
import type { ResolvedCacheOptions } from './cache-options.ts';
import { requestByIdentity, takeIn } from './identity-request.ts';
import {
  detachSelected,
  expireSelected,
  invalidateSelected,
  type Selected,
  type Selection,
  selectedBy,
} from './selection.ts';
import type { WarmOptions, WarmReport } from './warm.ts';

// No call needs these, so they are loaded when they are first used. An invalidation holds from the call on, and is not.
const loadByHand = () => import('./by-hand.ts');
const loadWarm = () => import('./warm.ts');
const loadRequestParts = () => import('./request-parts.ts');

/** Stored answers of language models. Made by `createLlmCache`. */
export class LlmCache {
  /** The options of a call where the call has none. It is not printed with the cache, because a scope may name a person. */
  declare readonly policy: Policy;
  /** No other process sees the store: it is the memory of this process. */
  readonly isOwnMemory: boolean;
  /** What the store says of accounts; see `Store`. */
  readonly isForAnyAccount: boolean;
  /** Takes one call through the cache; `cachedLlmCall` and the provider packages make the calls. */
  readonly pipeline: Pipeline;
  /** Lists, restores and removes entries of the store. */
  readonly inspection: Inspection;
  readonly #context: CacheContext;

  constructor(options: ResolvedCacheOptions) {
    const context = createContext(options);
    Object.defineProperty(this, 'policy', { value: options.policy });
    this.isOwnMemory = options.isOwnMemory;
    this.isForAnyAccount = options.store.isForAnyAccount === true;
    this.pipeline = context.pipeline;
    this.inspection = context.inspection;
    this.#context = context;
    if (isWorkers || options.waitUntil !== undefined)
      void loadRequestParts().then((loaded) => loaded.prepareRequests(this, context, options));
  }

  /**
   * A copy of the response that is stored for an identity, where it is fresh; else `undefined`. The options count as
   * those of a call.
   *
   * @throws {LlmCacheError} for a bad option; never for the store.
   */
  async get(identity: CallIdentity | Bypass, options: CallOptions = {}): Promise<unknown> {
    const request = requestByIdentity(this.#context, identity, options);
    if (isBypass(request)) return this.#emitBypass(request);
    if (request.call.policy.mode === 'off') return undefined;
    const { getByIdentity } = await loadByHand();
    return getByIdentity(this.#context, request);
  }

  /**
   * Stores a response for an identity, as the response is now. Resolves to whether it is stored; an answer that may not
   * be stored, such as one cut at its token limit, is not.
   *
   * @throws {LlmCacheError} for a bad option; never for the store.
   */
  async set(
    identity: CallIdentity | Bypass,
    response: unknown,
    options: CallOptions = {},
  ): Promise<boolean> {
    const request = requestByIdentity(this.#context, identity, options);
    if (isBypass(request)) return this.#emitBypass(request) ?? false;
    if (request.call.policy.mode === 'off') return false;
    const given = takeIn(this.#context, request, response); // in the call itself, as the response is now
    const { setByIdentity } = await loadByHand();
    return setByIdentity(this.#context, given);
  }

  /**
   * The key of the entry for an identity. `undefined` for an identity that bypasses the cache.
   *
   * @throws {LlmCacheError} for a bad option.
   */
  keyOf(identity: CallIdentity, options: CallOptions = {}): string | undefined {
    const request = requestByIdentity(this.#context, identity, options);
    return isBypass(request) ? undefined : request.address.key;
  }

  /**
   * The selected entries are not served from now on, and answers of calls under way, in whichever process, are not
   * served later. Resolves to false if the store could not be written: then this holds in this process, and it is
   * written again until the store accepts it.
   *
   * @throws {LlmCacheError} `INVALID_OPTION` for a selection of nothing, of two things, or of an entry of another namespace.
   */
  async invalidate(selection: Selection): Promise<boolean> {
    const selected = this.#select(selection) ?? (await this.#refuse(selection));
    detachSelected(this.pipeline, selected);
    return invalidateSelected(this.#context, selected);
  }

  /**
   * The selected entries, and those of calls under way, are stale from now on. Resolves to false as {@link invalidate}
   * does.
   *
   * @throws {LlmCacheError} `INVALID_OPTION` as of {@link invalidate}.
   */
  async expire(selection: Selection): Promise<boolean> {
    const selected = this.#select(selection) ?? (await this.#refuse(selection));
    return expireSelected(this.#context, selected);
  }

  /**
   * Invalidates every entry of this namespace and of no other, and removes their rows where the store can list them.
   * Resolves to false where the store could not be written.
   */
  async clear(): Promise<boolean> {
    const isWritten = await this.invalidate({ namespace: true });
    const { clearRows } = await loadByHand();
    return (await clearRows(this.#context)) && isWritten;
  }

  /**
   * Calls `ask`, a cached function, for each request, a few at a time, so that later calls are hits. A request that
   * fails does not stop the others. To continue after an abort, warm the same requests again.
   *
   * @throws {LlmCacheError} `INVALID_OPTION` or `INVALID_DURATION`; the reason of `signal`; and what `requests` throws
   */
  async warm<Request>(
    requests: Iterable<Request> | AsyncIterable<Request>,
    ask: (request: Request) => unknown,
    options: WarmOptions = {},
  ): Promise<WarmReport> {
    const { warm } = await loadWarm();
    return warm(requests, ask, options);
  }

  /** What this process did since the cache was made; `ledger` is about all processes. */
  stats(): CacheStats;
  stats(options: { readonly by: LedgerGroup }): readonly LedgerRow[];
  stats(options?: { readonly by: LedgerGroup }): CacheStats | readonly LedgerRow[] {
    const { ledger } = this.#context;
    return options === undefined ? ledger.stats() : ledger.by(options.by);
  }

  /**
   * US dollars for an answer: by the option `priceOf`, else by the response's own `usage.cost`, else by the list of
   * `@pydantic/genai-prices` where it is installed. `undefined` where the price is not known, and never 0 for that.
   */
  priceOf(usage: Usage | undefined, whose: PricedModel): number | undefined {
    return bestPrice(this.#context.priceOf, usage, whose);
  }

  /**
   * Measures how full the store is, and reads every row to count the entries and bytes of each provider. It resolves to what
   * `stats().store` says from then on. It never rejects. If the store fails, the figures stay as they were, and `measuredAt` says
   * how old they are.
   */
  async measure(options: MeasureOptions = {}): Promise<StoreFigures> {
    const { measureStore } = await loadMeasurement();
    return this.#context.ledger.store(await measureStore(this.#context, options));
  }

  /** {@link stats}, as a text for people. */
  summary(): Promise<string> {
    return this.#context.ledger.summary();
  }

  /**
   * What all processes did that share this store and namespace, as far as the store can list rows: in all, or within the
   * last `since`. Each process writes its counts at intervals, under the time of its own clock.
   *
   * @throws {LlmCacheError} `INVALID_DURATION`
   */
  ledger(options?: LedgerRange): Promise<Ledger> {
    return this.#context.ledger.ledger(options);
  }

  /**
   * Sets all counts of this namespace to 0: here now, and in each other process when it writes its counts next. Entries stay.
   * Resolves to false where the store could not be written.
   */
  resetStats(): Promise<boolean> {
    return this.#context.ledger.reset();
  }

  /**
   * Calls `listener` for each event of this name. Returns a function that ends this.
   *
   * @throws {LlmCacheError} `INVALID_OPTION` for an unknown name and for a listener that is no function
   */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#context.events.on(name, listener);
  }

  /** Writes this process's counters to the store, waits for writes under way, and closes the store. */
  async close(): Promise<void> {
    await this.#context.ledger.close();
    await this.#context.entries.close();
    await this.#context.closeLeases();
    await this.#context.rows.close();
  }

  /** {@link close}, at the end of the block of `await using cache = createLlmCache(…)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #select(selection: Selection): Selected | undefined {
    return selectedBy(selection, this.#context.entries.prefix);
  }

  async #refuse(selection: Selection): Promise<never> {
    const { refuseSelection } = await loadByHand();
    return refuseSelection(selection, this.#context.entries.prefix);
  }

  #emitBypass({ bypass: reason, ...where }: Bypass): undefined {
    this.#context.events.emit('bypass', { reason, ...where });
  }
}
