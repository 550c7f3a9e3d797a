import { setImmediate as turn } from 'node:timers/promises';
import { cachedLlmCall, createLlmCache, isLlmCacheError } from '@cached-llm/core';
import { makeAll } from './soak-run.ts';

const DISTINCT = 5_000;
/** One call of the provider out of so many never settles, and one stream out of so many is a stream that hangs half-way. */
const EVERY_HUNG = 100;
const EVERY_STREAM = 10;

interface Question {
  readonly prompt: string;
}

export interface HungReport {
  readonly calls: number;
  readonly upstream: number;
  /** Calls that ended at `callTimeout`. */
  readonly timedOut: number;
  /** Calls that failed for another reason. */
  readonly failed: number;
  readonly wrong: number;
  /** Questions that are not answered after the run, by a provider that does not hang any more. */
  readonly wedged: number;
  readonly areFlightsLeft: boolean;
  /** The bytes in use after each tenth of the calls. */
  readonly heap: readonly number[];
}

/** Calls and streams of a provider that hangs now and then, over bounded memory. */
class HungCalls {
  readonly counts = { upstream: 0, timedOut: 0, failed: 0, wrong: 0 };
  readonly cache = createLlmCache({ callTimeout: '100ms', maxEntries: 1_000, ledger: false });
  isHanging = true;
  readonly #ask;
  readonly #stream;

  constructor() {
    const hang = () => this.#hang();
    const options = { cache: this.cache, provider: 'hung' };
    this.#ask = cachedLlmCall(async function ask({ prompt }: Question) {
      await hang();
      return `answer to ${prompt}`;
    }, options);
    this.#stream = cachedLlmCall(async function* stream({ prompt }: Question) {
      yield 'answer to ';
      await hang();
      yield prompt;
    }, options);
  }

  async make(number: number): Promise<void> {
    try {
      if (!(await this.isRight(number))) this.counts.wrong += 1;
    } catch (error) {
      this.counts[isLlmCacheError(error, 'CALL_TIMEOUT') ? 'timedOut' : 'failed'] += 1;
    }
  }

  async isRight(number: number): Promise<boolean> {
    const prompt = `question ${(number * 7919) % DISTINCT}`;
    if (number % EVERY_STREAM !== 0) return (await this.#ask({ prompt })) === `answer to ${prompt}`;
    let text = '';
    for await (const chunk of await this.#stream({ prompt })) text += chunk;
    return text === `answer to ${prompt}`;
  }

  async #hang(): Promise<void> {
    this.counts.upstream += 1;
    const isHung = this.isHanging && this.counts.upstream % EVERY_HUNG === 0;
    await (isHung ? new Promise<never>(() => {}) : turn());
  }
}

/** Makes calls of which some never settle, and looks for what they leave behind. */
export async function soakHung(count: number): Promise<HungReport> {
  const alive = setInterval(() => {}, 1_000); // as the socket of a provider that hangs: a call alone keeps no process alive
  const calls = new HungCalls();
  const heap = await makeAll(calls, count);
  calls.isHanging = false;
  const areFlightsLeft = !calls.cache.pipeline.flights.isEmpty;
  let wedged = 0;
  for (let number = 1; number <= DISTINCT; number += 1) {
    if (!(await calls.isRight(number).catch(() => false))) wedged += 1;
  }
  await calls.cache.close();
  clearInterval(alive);
  return { calls: count, ...calls.counts, wedged, areFlightsLeft, heap };
}
