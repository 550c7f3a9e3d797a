import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { digest } from '../key/index.ts';
import type { RowStore } from '../store/index.ts';

/** Milliseconds between two looks for the entry of another process: more each time. */
const SHORTEST_PAUSE = 10;
const LONGEST_PAUSE = 200;

/** Milliseconds after which a leader that is alive and does not finish is no longer waited for. */
const LONGEST_WAIT = 60_000;

/** Milliseconds for which a flight is known to have ended without an entry: longer than the longest pause. */
const UNSTORED_NOTE_LIFE = 2_000;

interface FlightLeasesOptions {
  /** Of the cache's rows: a note that a flight ended without an entry is one of them. */
  readonly prefix: string;
  /** Milliseconds after which a lease ends that is not prolonged. */
  readonly milliseconds: number;
}

/** The right of this process to lead one key's flight. It is prolonged until it is released. */
interface FlightLease {
  /** Releases the lease when `stored` has settled: true when the answer was stored, or when none had to be. */
  releaseAfter(stored: Promise<unknown>): Promise<void>;
}

/** How one flight waits for its lease. */
interface LeaseWait<Found> {
  /** Looks the entry up. */
  look(): Found | Promise<Found>;
  /** Is what was found an answer that makes the call unnecessary? */
  isFresh(found: Found): boolean;
  /** Ends the wait, with the signal's own reason. */
  readonly signal: AbortSignal;
}

/** Lets one process lead each key's flight, among all processes that share the store. */
export class FlightLeases {
  readonly #rows: RowStore;
  readonly #options: FlightLeasesOptions;
  /** One for all keys: a lease that could not be released in an outage still belongs to this process. */
  readonly #token = randomUUID();

  constructor(rows: RowStore, options: FlightLeasesOptions) {
    this.#rows = rows;
    this.#options = options;
  }

  /**
   * Waits while another process leads. Resolves to the lease where this process is to lead, and to what was found
   * last. It has neither where the store does not answer: then nobody waits.
   */
  async wait<Found>(
    key: string,
    { look, isFresh, signal }: LeaseWait<Found>,
  ): Promise<{ readonly found?: Found; readonly lease?: FlightLease }> {
    const until = performance.now() + LONGEST_WAIT;
    for (let pause = SHORTEST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      const holder = await this.#takeOrProlong(key);
      if (holder === undefined) return {};
      // The look comes after the lease: the leader before this one may just have stored its answer.
      const [found, isUnstored] = await Promise.all([look(), this.#endedUnstored(key)]);
      if (holder === this.#token) return { found, lease: this.#hold(key) };
      if (isFresh(found) || isUnstored || performance.now() > until) return { found };
      await delay(pause, undefined, { signal });
    }
  }

  /** The lease, without a wait; nothing where another process has it. */
  async take(key: string): Promise<FlightLease | undefined> {
    const holder = await this.#takeOrProlong(key);
    return holder === undefined || holder === this.#token ? this.#hold(key) : undefined;
  }

  /** The process that has the lease now, which is this one where it was free; nothing where the store cannot say. */
  #takeOrProlong(key: string): Promise<string | undefined> {
    return this.#rows.lease(key, this.#token, this.#options.milliseconds);
  }

  #hold(key: string): FlightLease {
    // Three times in its life, so that one answer of the store may be lost. It keeps no process alive.
    const third = this.#options.milliseconds / 3;
    const prolonging = setInterval(() => void this.#takeOrProlong(key), third).unref();
    const releaseAfter = async (stored: Promise<unknown>) => {
      const isStored = await stored.catch(() => false);
      // The note comes before the release, so that no process waits for the one that leads next.
      if (isStored !== true)
        await this.#rows.write(this.#noteKey(key), 'unstored', UNSTORED_NOTE_LIFE);
      clearInterval(prolonging);
      await this.#rows.release(key, this.#token);
    };
    return { releaseAfter };
  }

  /** Has a flight for `key` just ended without an entry? */
  async #endedUnstored(key: string): Promise<boolean> {
    const rows = await this.#rows.read([this.#noteKey(key)]);
    return rows?.[0] !== undefined;
  }

  #noteKey(key: string): string {
    return `${this.#options.prefix}unstored:${digest(key)}`;
  }
}
