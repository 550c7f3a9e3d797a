import { randomUUID } from 'node:crypto';
import { digest } from '../key/index.ts';
import { pause, startInterval } from '../options/index.ts';
import type { RowStore } from '../store/index.ts';

/** Milliseconds between two look-ups of the entry of another process. Each pause is longer than the one before. */
const SHORTEST_PAUSE = 10;
const LONGEST_PAUSE = 200;

/** Milliseconds for which a leader in another process is waited for, if it prolongs its lease and does not finish. */
const LONGEST_WAIT = 60_000;

/** Milliseconds for which the note lives that a flight ended without an entry. It is longer than the longest pause. */
const UNSTORED_NOTE_LIFE = 2_000;

interface FlightLeasesOptions {
  /** The prefix of the cache's keys. The note that a flight ended without an entry is stored under such a key. */
  readonly prefix: string;
  /** Milliseconds after which a lease ends if it is not prolonged. */
  readonly milliseconds: number;
}

/** The right of this process to lead one key's flight. It is prolonged until it is released. */
interface FlightLease {
  /** Releases the lease when `stored` has settled: to true if the answer was stored, or if no answer had to be stored. */
  releaseAfter(stored: Promise<unknown>): Promise<void>;
}

/** How one flight waits for its lease. */
interface LeaseWait<Found> {
  /** Looks the entry up. */
  look(): Found | Promise<Found>;
  /** Does the found entry make the call unnecessary? */
  isFresh(found: Found): boolean;
  /** Ends the wait, with the signal's own reason. */
  readonly signal: AbortSignal;
}

/** Gives the lease of each key to one of the processes that share the store. That process leads the key's flight. */
export class FlightLeases {
  readonly #rows: RowStore;
  readonly #options: FlightLeasesOptions;
  /** One token for all keys. A lease that could not be released in an outage still belongs to this process. */
  readonly #token = randomUUID();

  constructor(rows: RowStore, options: FlightLeasesOptions) {
    this.#rows = rows;
    this.#options = options;
  }

  /**
   * Waits while another process leads. Resolves to the lease if this process is the one to lead, and to what the last
   * look-up found. Resolves to neither if the store does not answer, because then no process waits.
   */
  async wait<Found>(
    key: string,
    { look, isFresh, signal }: LeaseWait<Found>,
  ): Promise<{ readonly found?: Found; readonly lease?: FlightLease }> {
    const until = performance.now() + LONGEST_WAIT;
    for (let wait = SHORTEST_PAUSE; ; wait = Math.min(wait * 1.5, LONGEST_PAUSE)) {
      const holder = await this.#takeOrProlong(key);
      if (holder === undefined) return {};
      // The entry is looked up after the lease is taken, because the leader before may just have stored it.
      const [found, isUnstored] = await Promise.all([look(), this.#endedUnstored(key)]);
      if (holder === this.#token) return { found, lease: this.#hold(key) };
      if (isFresh(found) || isUnstored || performance.now() > until) return { found };
      await pause(wait, { signal });
    }
  }

  /** Takes the lease without waiting. Undefined if another process has it. */
  async take(key: string): Promise<FlightLease | undefined> {
    const holder = await this.#takeOrProlong(key);
    return holder === undefined || holder === this.#token ? this.#hold(key) : undefined;
  }

  /** Takes the lease if it is free, or prolongs it. Resolves to its holder's token, or to undefined if the store does not answer. */
  #takeOrProlong(key: string): Promise<string | undefined> {
    return this.#rows.lease(key, this.#token, this.#options.milliseconds);
  }

  #hold(key: string): FlightLease {
    // The lease is prolonged three times in its life, so that one failure of the store does no harm.
    const third = this.#options.milliseconds / 3;
    const stopProlonging = startInterval(third, () => void this.#takeOrProlong(key));
    const releaseAfter = async (stored: Promise<unknown>) => {
      const isStored = await stored.catch(() => false);
      // The note is written before the lease is released, so that waiting processes do not wait for the next leader.
      if (isStored !== true)
        await this.#rows.write(this.#noteKey(key), 'unstored', UNSTORED_NOTE_LIFE);
      stopProlonging();
      await this.#rows.release(key, this.#token);
    };
    return { releaseAfter };
  }

  /** Did a flight for `key` just end without an entry? */
  async #endedUnstored(key: string): Promise<boolean> {
    const rows = await this.#rows.read([this.#noteKey(key)]);
    return rows?.[0] !== undefined;
  }

  #noteKey(key: string): string {
    return `${this.#options.prefix}unstored:${digest(key)}`;
  }
}
