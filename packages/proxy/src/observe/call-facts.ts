import type { CacheEvents, LlmCache } from '@cached-llm/core';
import { startTimer } from '@cached-llm/core/store';

/** What became of a call that passed the proxy. Nothing of a prompt, an answer or a key is in it. */
export interface ProxiedCall {
  /** The name of the route, such as `openai`. Undefined where no route was found. */
  readonly route: string | undefined;
  readonly model: string | undefined;
  /** How it was answered: `hit`, `stale`, `miss`, `collapsed`, `bypass`, `replay-miss` or `refused`. */
  readonly outcome: string;
  /** The HTTP status. 0 where the client left before there was one. */
  readonly status: number;
  /** Milliseconds from the head of the request to the end of the response. */
  readonly ms: number;
  /** Tokens that the provider counted for this answer. Undefined where that is unknown. */
  readonly tokens: number | undefined;
  /** What was not spent, in US dollars. Undefined where that is unknown. */
  readonly saved: number | undefined;
}

type Cache = Pick<LlmCache, 'on' | 'priceOf'>;
export type Facts = Pick<ProxiedCall, 'tokens' | 'saved'>;
type Counted = CacheEvents['stored'];
type Served = CacheEvents['hit'];

/** Calls under way at once are fewer, and a call that has ended is looked up at once. */
const MOST_KEYS = 5_000;

/** The verdict on an answer comes right behind its end. Where it does not, the line of the call says what is known. */
const PATIENCE = 500;

const NOTHING: Facts = { tokens: undefined, saved: undefined };

function tokensIn({ usage }: Pick<Served, 'usage'>): number | undefined {
  const counts = [usage?.inputTokens, usage?.outputTokens].filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** What the events of a cache say of calls, by their keys: the tokens, and the money that was saved. */
export class CallFacts {
  readonly #cache: Cache;
  readonly #facts = new Map<string, Facts>();
  /** Those who wait until the tokens of a call are counted. */
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #stops: readonly (() => void)[];

  constructor(cache: Cache) {
    this.#cache = cache;
    const served = (event: Served | CacheEvents['collapsed']) => this.#serve(event);
    const counted = (event: Pick<Counted, 'key' | 'usage'>) => this.#count(event);
    this.#stops = [
      cache.on('miss', ({ key }) => this.#set(key, NOTHING)),
      cache.on('hit', served),
      cache.on('stale', served),
      cache.on('collapsed', served),
      cache.on('stored', counted),
      cache.on('not-admitted', counted),
      cache.on('call-failed', counted),
    ];
  }

  /** Whoever waits for the tokens of a call waits no longer: the last calls of a proxy have their lines, too. */
  stop(): void {
    for (const stop of this.#stops) stop();
    for (const resolve of [...this.#waiting.values()].flat()) resolve();
    this.#waiting.clear();
  }

  /** What is known of a call that made a request of its provider, once its tokens are counted. */
  async ofMiss(key: string): Promise<Facts> {
    if (this.#facts.get(key)?.saved === undefined) await this.#counted(key);
    return this.of(key);
  }

  of(key: string): Facts {
    return this.#facts.get(key) ?? NOTHING;
  }

  #serve(event: Served | CacheEvents['collapsed']): void {
    const { key, isSaving = true } = event;
    const saved = isSaving ? this.#cache.priceOf(event.usage, event) : 0;
    this.#set(key, { tokens: tokensIn(event), saved });
  }

  #count(event: Pick<Counted, 'key' | 'usage'>): void {
    const { key } = event;
    this.#set(key, { tokens: tokensIn(event), saved: 0 });
    for (const resolve of this.#waiting.get(key) ?? []) resolve();
    this.#waiting.delete(key);
  }

  #counted(key: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), resolve]);
      startTimer(PATIENCE, resolve);
    });
  }

  #set(key: string, facts: Facts): void {
    this.#facts.delete(key);
    if (this.#facts.size >= MOST_KEYS) {
      const [oldest] = this.#facts.keys();
      if (oldest !== undefined) this.#facts.delete(oldest);
    }
    this.#facts.set(key, facts);
  }
}
