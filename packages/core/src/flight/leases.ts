import { setImmediate as turn } from 'node:timers/promises';
import { digest } from '../key/index.ts';
import { pause } from '../options/index.ts';
import { abortable, type RowStore } from '../store/index.ts';
import { LeaseKeys, processToken } from './lease-keys.ts';

/** Milliseconds between two looks at the leases of other processes. Each pause is longer than the one before. */
const SHORTEST_PAUSE = 10;
const LONGEST_PAUSE = 200;

/** The looks take half of a process's time at most, however many leases there are. */
const PAUSE_FOR_LOOK = 1;

/** Milliseconds after which the entry is looked up although its lease has not changed hands: its holder may have been killed. */
const LOOK_UP_EVERY = 2_000;

/** Milliseconds for which a leader in another process is waited for, if it prolongs its lease and does not finish. */
const LONGEST_WAIT = 60_000;

/** Milliseconds for which the note lives that a flight ended without an entry. It is longer than the longest time between two look-ups. */
const UNSTORED_NOTE_LIFE = 4_000;

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
  /** Milliseconds for which another process is waited for at most. */
  readonly patience: number;
  /** Milliseconds that the last look-up took: this process or its store may be as slow with the lease. */
  readonly delay: number | undefined;
}

interface LeaseOutcome<Found> {
  readonly found?: Found;
  readonly lease?: FlightLease;
}

/** A flight that waits for the holder of a lease to release it. */
interface Waiting {
  readonly key: string;
  readonly holder: string;
  readonly lookUpAt: number;
  readonly wake: (holder: string | undefined) => void;
}

/** Gives the lease of each key to one of the processes that share the store. That process leads the key's flight. */
export class FlightLeases {
  readonly #rows: RowStore;
  readonly #options: FlightLeasesOptions;
  /** One token for all keys. A lease that could not be released in an outage still belongs to this process. */
  readonly #token = processToken();
  readonly #keys: LeaseKeys;
  readonly #waiting = new Set<Waiting>();
  readonly #releasing = new Set<Promise<void>>();
  #pause = SHORTEST_PAUSE;
  #isWatching = false;

  constructor(rows: RowStore, options: FlightLeasesOptions) {
    this.#rows = rows;
    this.#options = options;
    this.#keys = new LeaseKeys({ rows, token: this.#token, milliseconds: options.milliseconds });
  }

  /**
   * Waits while another process leads. Resolves to the lease if this process is the one to lead, and to what the last
   * look-up found. Resolves to neither if the store does not answer, because then no process waits.
   */
  async wait<Found>(key: string, wait: LeaseWait<Found>): Promise<LeaseOutcome<Found>> {
    const until = performance.now() + Math.min(LONGEST_WAIT, wait.patience);
    this.#pause = SHORTEST_PAUSE;
    this.#keys.noteDelay(wait.delay ?? 0);
    let holder = await this.#keys.take(key);
    while (holder !== undefined) {
      const isLeader = holder === this.#token;
      const led = isLeader ? await this.#leadIfAbsent(key, wait, until) : undefined;
      if (led !== undefined) return led;
      holder = await (isLeader ? this.#keys.take(key) : this.#nextHolder(key, holder, wait));
      if (holder === undefined || holder === this.#token) continue;
      const [found, isUnstored] = await Promise.all([
        this.#look(key, wait),
        this.#endedUnstored(key),
      ]);
      if (wait.isFresh(found) || isUnstored || performance.now() > until) return { found };
    }
    return {};
  }

  /** Takes the lease without waiting. Undefined if another process has it. */
  async take(key: string): Promise<FlightLease | undefined> {
    const holder = await this.#keys.take(key);
    return holder === undefined || holder === this.#token ? this.#hold(key) : undefined;
  }

  /**
   * The entry is looked up after the lease is taken, because the leader before may just have stored it. Undefined if that
   * took so long that the lease may have ended.
   */
  async #leadIfAbsent<Found>(
    key: string,
    wait: LeaseWait<Found>,
    until: number,
  ): Promise<LeaseOutcome<Found> | undefined> {
    const takenAt = performance.now();
    const lease = this.#hold(key);
    const found = await this.#look(key, wait);
    const isDecided = wait.isFresh(found) || performance.now() > until;
    if (isDecided || this.#keys.surelyHeldSince(takenAt)) return { found, lease };
    this.#keys.letGo(key);
    return undefined;
  }

  #look<Found>(key: string, { look }: LeaseWait<Found>): Found | Promise<Found> {
    this.#rows.distrust([key]); // memory may remember that there was no entry
    return look();
  }

  /** Resolves when the lease has another holder, or when it is time for a look-up. Undefined if the store does not answer. */
  #nextHolder(
    key: string,
    holder: string,
    { signal, patience }: Pick<LeaseWait<unknown>, 'signal' | 'patience'>,
  ): Promise<string | undefined> {
    let waiting: Waiting | undefined;
    const next = new Promise<string | undefined>((wake) => {
      const lookUpAt = performance.now() + Math.min(LOOK_UP_EVERY, patience);
      waiting = { key, holder, lookUpAt, wake };
      this.#waiting.add(waiting);
    });
    if (!this.#isWatching) void this.#watch();
    return abortable(next, signal, () => waiting && this.#waiting.delete(waiting));
  }

  /** Asks for all leases that flights wait for, again and again. */
  async #watch(): Promise<void> {
    this.#isWatching = true;
    let took = 0;
    while (this.#waiting.size > 0) {
      const length = Math.max(this.#pause, took * PAUSE_FOR_LOOK);
      // The whole computer may have stood still. Then a holder that lives prolongs its leases in the second pause.
      if (await this.#hasOverslept(length)) await pause(length);
      this.#pause = Math.min(this.#pause * 1.5, LONGEST_PAUSE);
      const startedAt = performance.now();
      await Promise.all([...this.#waiting].map((waiting) => this.#lookAt(waiting)));
      took = performance.now() - startedAt;
    }
    this.#isWatching = false;
  }

  /** Pauses, and resolves to whether leases may have ended meanwhile that nobody had the time to prolong. */
  async #hasOverslept(milliseconds: number): Promise<boolean> {
    const startedAt = performance.now();
    await pause(milliseconds);
    return performance.now() - startedAt - milliseconds > this.#options.milliseconds / 3;
  }

  async #lookAt(waiting: Waiting): Promise<void> {
    const holder = await this.#keys.take(waiting.key);
    if (holder === waiting.holder && performance.now() < waiting.lookUpAt) return;
    if (this.#waiting.delete(waiting)) waiting.wake(holder);
    else if (holder === this.#token) this.#keys.giveBack(waiting.key); // its callers have left meanwhile
  }

  #hold(key: string): FlightLease {
    this.#keys.hold(key);
    const release = async (isStored: unknown) => {
      // The note is written before the lease is released, so that waiting processes do not wait for the next leader.
      if (isStored !== true)
        await this.#rows.write(this.#noteKey(key), 'unstored', UNSTORED_NOTE_LIFE);
      await this.#keys.release(key);
    };
    const releaseAfter = async (stored: Promise<unknown>) => {
      const releasing = release(await stored.catch(() => false));
      this.#releasing.add(releasing);
      await releasing;
      this.#releasing.delete(releasing);
    };
    return { releaseAfter };
  }

  /** Waits until the leases of the answers that are stored by now are released. */
  async close(): Promise<void> {
    await turn(); // what has just been stored is told in this turn
    await Promise.all(this.#releasing);
  }

  /** Did a flight for `key` just end without an entry? */
  async #endedUnstored(key: string): Promise<boolean> {
    const note = this.#noteKey(key);
    this.#rows.distrust([note]);
    const rows = await this.#rows.read([note]);
    return rows?.[0] !== undefined;
  }

  #noteKey(key: string): string {
    return `${this.#options.prefix}unstored:${digest(key)}`;
  }
}
