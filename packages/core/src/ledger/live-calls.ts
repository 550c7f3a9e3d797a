import type { CacheEvents, CallCost, EventName } from '../events/index.ts';
import { BoundedMap } from '../key/index.ts';
import { GATEWAY_TIME_OUT } from './count-event.ts';
import type { NotedCall, NotedCost } from './live-call.ts';
import { knownPrice, type PriceOf } from './prices.ts';

/** Calls that are noted at a time. An older one was written, or was one of too many. */
const MOST_CALLS = 100;

/** Calls whose end is awaited. Of an older one, nothing more is noted. */
const MOST_OPEN = 500;

/** What the items of one request for many cost until its own event comes. */
const MOST_BATCHES = 100;

type Open = { -readonly [Field in keyof NotedCall]: NotedCall[Field] };

type Note<Name extends EventName> = (event: CacheEvents[Name]) => void;

type EndOfCall = Omit<CacheEvents['stored'], 'bytes'> & { readonly error?: string | undefined };

type Sides = Pick<Open, 'saved' | 'spent'>;

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}

/** What two items of a request cost. What only one of them counts in detail is left out, and prices of some are no price of all. */
function together(one: NotedCost | undefined, other: NotedCost): NotedCost {
  if (one === undefined) return other;
  const usage = {
    inputTokens: sum(one.usage?.inputTokens, other.usage?.inputTokens),
    outputTokens: sum(one.usage?.outputTokens, other.usage?.outputTokens),
  };
  const isPriced = one.usd !== undefined && other.usd !== undefined;
  return { ...other, usage, usd: isPriced ? sum(one.usd, other.usd) : undefined };
}

/** Notes the latest calls of one cache, from its events. It holds no more than so many of them. */
export class LiveCalls {
  readonly #priceOf: PriceOf | undefined;
  readonly #prefix: string;
  readonly #notes: { readonly [Name in EventName]?: Note<Name> };
  /** The one that changed last is the last one. */
  readonly #calls = new Map<number, Open>();
  /** Those whose end is awaited. */
  readonly #open = new Set<Open>();
  readonly #batches = new BoundedMap<number, Sides>(MOST_BATCHES);
  #total = 0;
  #at = 0;

  constructor({ priceOf, prefix }: { priceOf: PriceOf | undefined; prefix: string }) {
    this.#priceOf = priceOf;
    this.#prefix = prefix;
    this.#notes = {
      hit: (event) => this.#served('hit', event),
      stale: (event) => this.#served('stale', event),
      collapsed: (event) => this.#served('collapsed', event),
      miss: (event) => this.#missed(event),
      batch: (event) => this.#answeredMany(event),
      bypass: ({ item, provider, reason }) =>
        item ?? this.#add({ outcome: 'bypass', provider, result: reason }),
      'call-saved': (event) => this.#saved(event),
      stored: (event) => this.#ended('stored', event),
      'not-admitted': (event) => this.#ended(event.error ?? event.reason, event),
      'call-failed': (event) => this.#ended(`failed: ${event.error}`, event),
    };
  }

  /** How many calls were noted in all. */
  get total(): number {
    return this.#total;
  }

  /** Those that are noted, without what happened before an instant. */
  since(instant: number): readonly NotedCall[] {
    return [...this.#calls.values()].filter(({ at }) => at >= instant);
  }

  /** Returns whether the event changed what is noted. */
  take<Name extends EventName>(name: Name, event: CacheEvents[Name], at: number): boolean {
    const note: Note<Name> | undefined = this.#notes[name];
    if (note === undefined) return false;
    this.#at = at;
    note(event);
    return true;
  }

  #add(what: Omit<Open, 'number' | 'at'>): Open {
    this.#total += 1;
    const call = { number: this.#total, at: this.#at, ...what };
    this.#note(call);
    return call;
  }

  #note(call: Open): void {
    this.#calls.delete(call.number);
    this.#calls.set(call.number, call);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > MOST_CALLS && oldest !== undefined) this.#calls.delete(oldest);
  }

  #await(call: Open): void {
    this.#open.add(call);
    const [oldest] = this.#open;
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.#open.delete(oldest);
  }

  #whatOf({ key, provider, model, endpoint }: CacheEvents['miss']) {
    const shortKey = key.startsWith(this.#prefix) ? key.slice(this.#prefix.length) : key;
    return { key: shortKey, provider, model, operation: endpoint?.operation };
  }

  #costOf(cost: CallCost): NotedCost {
    const { cost: _, ...usage } = cost.usage ?? {};
    return {
      usage: cost.usage && usage,
      servedModel: cost.servedModel,
      endpoint: cost.endpoint && { address: cost.endpoint.address },
      usd: knownPrice(this.#priceOf, cost.usage, cost),
    };
  }

  #served(
    outcome: 'hit' | 'stale' | 'collapsed',
    event: CacheEvents['collapsed'] & { readonly age?: number },
  ): void {
    const isSaving = event.isSaving !== false && event.isRunning !== true;
    if (event.item !== undefined) {
      if (isSaving) this.#addToBatch(event.item.request, 'saved', this.#costOf(event));
      return;
    }
    const { age, waited } = event;
    const saved = isSaving ? this.#costOf(event) : undefined;
    const call = this.#add({ outcome, ...this.#whatOf(event), age, took: waited, saved });
    if (!isSaving) this.#await(call); // its `call-saved` may come
  }

  #missed(event: CacheEvents['miss']): void {
    if (event.item === undefined)
      this.#await(this.#add({ outcome: 'miss', ...this.#whatOf(event) }));
  }

  #saved(event: CacheEvents['call-saved']): void {
    const saved = this.#costOf(event);
    if (event.item !== undefined) {
      this.#addToBatch(event.item.request, 'saved', saved);
      return;
    }
    const call = this.#closed(event.key, (each) => each.outcome !== 'miss');
    if (call === undefined) return;
    call.saved = saved;
    this.#note(call);
  }

  /** The answer to a call is stored or not, or the call failed. */
  #ended(result: string, event: EndOfCall): void {
    const spent = this.#spentBy(event);
    if (event.item !== undefined) {
      if (spent !== undefined) this.#addToBatch(event.item.request, 'spent', spent);
      return;
    }
    const end = { took: event.took, result, spent };
    if (event.isRevalidation === true) {
      this.#add({ outcome: 'revalidation', ...this.#whatOf(event), ...end });
      return;
    }
    const call = this.#closed(event.key, (each) => each.outcome === 'miss');
    if (call !== undefined) this.#note(Object.assign(call, end));
  }

  /** A provider that gave no answer charged nothing, unless a gateway waited for it in vain. */
  #spentBy(event: EndOfCall): NotedCost | undefined {
    const { usage, error } = event;
    const isFree = usage === undefined && error !== undefined && !GATEWAY_TIME_OUT.test(error);
    return isFree ? undefined : this.#costOf(event);
  }

  /** The first call for a key whose end is awaited. Its end is awaited no more. */
  #closed(key: string, isWanted: (call: Open) => boolean): Open | undefined {
    for (const call of this.#open) {
      if (this.#prefix + call.key !== key && call.key !== key) continue;
      if (!isWanted(call)) continue;
      this.#open.delete(call);
      return call;
    }
    return undefined;
  }

  /** The items of a request are answered before its own event, or stored after it. */
  #addToBatch(request: number, side: keyof Sides, cost: NotedCost): void {
    const batch = this.#batches.get(request) ?? {};
    batch[side] = together(batch[side], cost);
    this.#batches.set(request, batch);
    if ('number' in batch) this.#note(batch as Open); // it is one where it has a number
  }

  #answeredMany({ endpoint, request, ...event }: CacheEvents['batch']): void {
    const { outcome, provider, model, items, waited: took, reason: result } = event;
    const what = { outcome, provider, model, operation: endpoint?.operation, items, took, result };
    const call = this.#add({ ...what, ...this.#batches.get(request) });
    if (outcome !== 'hit') this.#batches.set(request, call);
    else this.#batches.delete(request);
  }
}
