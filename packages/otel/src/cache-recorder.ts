import type { CacheEvents, LlmCache } from '@cached-llm/core';
import type { Attributes } from '@opentelemetry/api';
import type { CacheInstruments } from './cache-instruments.ts';
import type { CallAttributes, Called } from './call-attributes.ts';
import { errorOf, type MadeCall, purposeOf } from './made-call.ts';

type Cache = Pick<LlmCache, 'on' | 'priceOf'>;
type Served = CacheEvents['hit'];
/** An event with the usage of an answer. */
type Work = CacheEvents['call-saved'] &
  Partial<Pick<CacheEvents['collapsed'], 'isSaving' | 'isRunning'>>;
type Timed = Called & Pick<Served, 'took' | 'waited'>;
type Bypassed = Pick<CacheEvents['bypass'], 'provider' | 'item'> & { readonly reason: string };

/** The outcomes of requests that have a key. */
const OUTCOMES = ['hit', 'stale', 'miss', 'collapsed'] as const;

/** Whose measurements these are. */
export interface Recorded {
  readonly cache: Cache;
  readonly instruments: CacheInstruments;
  readonly attributes: CallAttributes;
  /** Attributes that all measurements of this cache have. */
  readonly own: Attributes;
}

/** Turns the events of one cache into measurements of our own. */
export class CacheRecorder {
  readonly #recorded: Recorded;

  constructor(recorded: Recorded) {
    this.#recorded = recorded;
  }

  /** Returns how to stop. */
  start(): () => void {
    const { cache } = this.#recorded;
    const stops = [
      ...OUTCOMES.map((name) =>
        cache.on(name, (event) => event.item ?? this.#countRequest(name, event)),
      ),
      cache.on('batch', (event) => this.#countBatch(event)),
      cache.on('bypass', (event) => this.#countBypass(event)),
      cache.on('hit', (event) => this.#serve(event)),
      cache.on('stale', (event) => this.#serve(event)),
      cache.on('collapsed', (event) => this.#save(event)),
      cache.on('call-saved', (event) => this.#save(event)),
      ...this.#startCalls(),
      ...this.#startFaults(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #startCalls(): readonly (() => void)[] {
    const { cache, instruments } = this.#recorded;
    return [
      cache.on('stored', (event) => {
        instruments.stored.add(1, this.#attributesOf(event));
        this.#spend(event);
      }),
      cache.on('not-admitted', (event) => {
        const why = this.#named('cached_llm.reason', event.reason);
        instruments.notAdmitted.add(1, { ...this.#attributesOf(event), ...why });
        this.#spend(event);
      }),
      cache.on('call-failed', (event) => this.#spend(event)),
    ];
  }

  #startFaults(): readonly (() => void)[] {
    const { cache, instruments, own } = this.#recorded;
    return [
      cache.on('volatile-field', (event) => {
        const field = this.#named('cached_llm.field', event.field);
        instruments.volatileFields.add(1, { ...this.#attributesOf(event), ...field });
      }),
      cache.on('store-error', ({ operation, reason }) => {
        const what = { 'cached_llm.operation': operation, ...this.#named('error.type', reason) };
        instruments.storeErrors.add(1, { ...own, ...what });
      }),
    ];
  }

  #attributesOf(event: Called): Attributes {
    const { own, attributes } = this.#recorded;
    return { ...attributes.of(event), ...own };
  }

  #named(name: string, value: string): Attributes {
    return { [name]: this.#recorded.attributes.value(name, value) };
  }

  #countRequest(outcome: string, event: Called): void {
    const attributes = { ...this.#attributesOf(event), 'cached_llm.outcome': outcome };
    this.#recorded.instruments.requests.add(1, attributes);
  }

  /** A request for many items is one request. What its items saved is counted with their own events. */
  #countBatch(event: CacheEvents['batch']): void {
    const { outcome, provider, reason = 'unknown' } = event;
    if (outcome === 'bypass') this.#countBypass({ provider, reason });
    else this.#countRequest(outcome, event);
    if (outcome === 'hit' || outcome === 'stale') this.#time(event);
  }

  /** A bypass has no model and no operation: its request was not read in full. */
  #countBypass({ provider, reason, item }: Bypassed): void {
    if (item !== undefined) return;
    const { instruments, own, attributes } = this.#recorded;
    instruments.requests.add(1, {
      ...own,
      ...attributes.ofProvider(provider),
      'cached_llm.outcome': 'bypass',
      ...this.#named('cached_llm.reason', reason),
    });
  }

  #serve(event: Served): void {
    if (event.item === undefined) this.#time(event);
    this.#save(event);
  }

  #time(event: Timed): void {
    const { time } = this.#recorded.instruments;
    const attributes = this.#attributesOf(event);
    const { took, waited } = event;
    time.lookUp.record(waited / 1_000, attributes);
    if (took !== undefined) {
      const sooner = (took - waited) / 1_000;
      if (sooner < 0) time.lost.add(-sooner, attributes);
      else time.saved.add(sooner, attributes);
    }
  }

  /** Tokens and money. Time is counted apart: the caller of a stale answer waits less, although its call is made all the same. */
  #save(work: Work): void {
    if (work.isSaving === false || work.isRunning === true) return;
    const { cache, instruments } = this.#recorded;
    const attributes = this.#attributesOf(work);
    for (const [type, count] of tokensOf(work)) {
      instruments.tokensSaved.add(count, { ...attributes, 'cached_llm.token.type': type });
    }
    const usd = cache.priceOf(work.usage, work);
    if (usd !== undefined) instruments.cost.saved.add(usd, attributes);
  }

  /** A call for many items is counted with its first one. Its cost is the sum of the costs of all. */
  #spend(event: MadeCall): void {
    const { cache, instruments } = this.#recorded;
    const attributes = { ...this.#attributesOf(event), 'cached_llm.purpose': purposeOf(event) };
    const error = errorOf(event);
    const failed =
      error === undefined ? attributes : { ...attributes, ...this.#named('error.type', error) };
    const usd = cache.priceOf(event.usage, event);
    if (usd !== undefined) instruments.cost.spent.add(usd, attributes);
    if ((event.part?.index ?? 0) > 0) return;
    const price = usd === undefined ? 'unknown' : 'known';
    instruments.calls.add(1, { ...failed, 'cached_llm.price': price });
  }
}

/** What is not known is not recorded. */
function tokensOf({ usage }: Work): readonly (readonly [type: string, count: number])[] {
  const { inputTokens, outputTokens } = usage ?? {};
  const input = inputTokens === undefined ? [] : [['input', inputTokens] as const];
  const output = outputTokens === undefined ? [] : [['output', outputTokens] as const];
  return [...input, ...output];
}
