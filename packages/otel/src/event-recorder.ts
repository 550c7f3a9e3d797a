import type { CacheEvents, LlmCache } from '@cached-llm/core';
import type { Attributes } from '@opentelemetry/api';
import { callAttributes } from './call-attributes.ts';
import type { Instruments } from './instruments.ts';

type Cache = Pick<LlmCache, 'on' | 'priceOf'>;
type Work = CacheEvents['collapsed'];
type Served = CacheEvents['hit'];

export const OUTCOMES = ['hit', 'stale', 'miss', 'collapsed', 'bypass'] as const;

const MILLISECONDS = 1_000;
/** Rejections of a call that gave no answer: the provider refused, failed, or was left before the end. */
const NO_ANSWER: ReadonlySet<string> = new Set(['status', 'error', 'abandoned', 'failed']);

/** Turns the events of one cache into measurements. */
export class EventRecorder {
  readonly #cache: Cache;
  readonly #instruments: Instruments;

  constructor(cache: Cache, instruments: Instruments) {
    this.#cache = cache;
    this.#instruments = instruments;
  }

  /** Returns how to stop. */
  start(): () => void {
    const { stored, notAdmitted, storeErrors, volatileFields } = this.#instruments;
    const stops = [
      ...OUTCOMES.map((outcome) => this.#cache.on(outcome, (event) => this.#count(outcome, event))),
      this.#cache.on('hit', (event) => this.#serve(event)),
      this.#cache.on('stale', (event) => this.#serve(event)),
      this.#cache.on('collapsed', (event) => this.#save(event)),
      this.#cache.on('stored', (event) => {
        stored.add(1, callAttributes(event));
        this.#spend(event);
      }),
      this.#cache.on('not-admitted', (event) => {
        notAdmitted.add(1, { ...callAttributes(event), 'cached_llm.reason': event.reason });
        if (!NO_ANSWER.has(event.reason)) this.#spend(event);
      }),
      this.#cache.on('volatile-field', (event) => {
        volatileFields.add(1, { ...callAttributes(event), 'cached_llm.field': event.field });
      }),
      this.#cache.on('store-error', ({ operation, reason }) => {
        storeErrors.add(1, { 'cached_llm.operation': operation, 'error.type': reason });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #count(outcome: string, event: CacheEvents[(typeof OUTCOMES)[number]]): void {
    const attributes = { ...callAttributes(event), 'cached_llm.outcome': outcome };
    const why: Attributes = 'reason' in event ? { 'cached_llm.reason': event.reason } : {};
    this.#instruments.requests.add(1, { ...attributes, ...why });
  }

  #serve(event: Served): void {
    const { lookUp, saved } = this.#instruments;
    const attributes = callAttributes(event);
    lookUp.record(event.waited / MILLISECONDS, attributes);
    const sooner = (event.took ?? 0) - event.waited;
    if (sooner > 0) saved.time.add(sooner / MILLISECONDS, attributes);
    this.#save(event);
  }

  #save(work: Work): void {
    const { tokens, cost } = this.#instruments.saved;
    const attributes = callAttributes(work);
    for (const [type, count] of tokensOf(work)) {
      tokens.add(count, { ...attributes, 'gen_ai.token.type': type });
    }
    const usd = this.#cache.priceOf(work.usage, work);
    if (usd !== undefined) cost.add(usd, attributes);
  }

  #spend(work: Work): void {
    const { tokens, cost, duration } = this.#instruments.spent;
    const attributes = callAttributes(work);
    for (const [type, count] of tokensOf(work)) {
      tokens.record(count, { ...attributes, 'gen_ai.token.type': type });
    }
    if (work.took !== undefined) duration.record(work.took / MILLISECONDS, attributes);
    const usd = this.#cache.priceOf(work.usage, work);
    if (usd !== undefined) cost.add(usd, attributes);
  }
}

/** What is not known is not recorded. */
function tokensOf({ usage }: Work): readonly (readonly [type: string, count: number])[] {
  const { inputTokens, outputTokens } = usage ?? {};
  const input = inputTokens === undefined ? [] : [['input', inputTokens] as const];
  const output = outputTokens === undefined ? [] : [['output', outputTokens] as const];
  return [...input, ...output];
}
