import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { digest } from '../key/index.ts';
import { pause, startInterval } from '../options/index.ts';
import type { RowStore } from '../store/index.ts';
import { isTooShort, LeaseLife } from './lease-life.ts';

/** The leases of one operation: its deadline has to be long enough for all of them. */
const MOST_KEYS = 500;

/** Milliseconds for which no lease is asked for after the store has not answered. The pause doubles with each further failure. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** How often leases are asked for at most where the answer comes so late that they may have ended. */
const MOST_CLAIMS = 3;

/** Milliseconds before a release that failed is tried again. The pause doubles, until the lease has ended by itself. */
const FIRST_RETRY = 50;

/** What a computer, or a container, has for itself: two may have one name, and both have a process 1. */
const NAMES_OF_PLACE = [
  hostname,
  () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'),
  () => readlinkSync('/proc/self/ns/pid'),
];

function nameBy(nameOf: () => string): string {
  try {
    return nameOf();
  } catch {
    return ''; // not on Linux
  }
}

/** Where this process runs. Processes of one place see whether another one is alive. */
const PLACE = digest(JSON.stringify(NAMES_OF_PLACE.map(nameBy)));

/** A token that says which process has a lease, and tells two of the same process apart. */
export const processToken = (pid = process.pid): string => `${PLACE}.${pid}.${randomUUID()}`;

/** Has the process that made this token ended? False where that cannot be known. */
function hasEnded(token: string): boolean {
  const [where, pid = ''] = token.split('.');
  if (where !== PLACE || !/^[1-9]\d*$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0); // sends nothing
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'; // thrown by the system
  }
}

export interface LeaseKeysOptions {
  readonly rows: RowStore;
  readonly token: string;
  /** Milliseconds after which a lease ends if it is not prolonged. */
  readonly milliseconds: number;
}

/** Does the same for many keys: those that are added meanwhile are the next. */
class Together<Result> {
  readonly #added = new Map<string, ((result: Result) => void)[]>();
  readonly #doAll: (keys: readonly string[]) => Promise<(index: number) => Result>;
  #isRunning = false;

  constructor(doAll: (keys: readonly string[]) => Promise<(index: number) => Result>) {
    this.#doAll = doAll;
  }

  add(key: string): Promise<Result> {
    if (!this.#isRunning) void this.#run();
    return new Promise((resolve) => {
      const others = this.#added.get(key);
      if (others === undefined) this.#added.set(key, [resolve]);
      else others.push(resolve);
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    await Promise.resolve(); // further keys of this turn join
    while (this.#added.size > 0) await this.#doSome();
    this.#isRunning = false;
  }

  async #doSome(): Promise<void> {
    // Processes that make the same calls in the same order share them out, where each begins at another place.
    const from = Math.floor(Math.random() * Math.max(0, this.#added.size - MOST_KEYS));
    const some = [...this.#added].slice(from, from + MOST_KEYS);
    for (const [key] of some) this.#added.delete(key);
    const resultAt = await this.#doAll(some.map(([key]) => key));
    for (const [index, [, resolves]] of some.entries()) {
      for (const resolve of resolves) resolve(resultAt(index));
    }
  }
}

/** The leases of one cache in a store: many are taken, prolonged or released in one operation. No method rejects. */
export class LeaseKeys {
  readonly #options: LeaseKeysOptions;
  readonly #taking = new Together((keys) => this.#takeAll(keys));
  readonly #releasing = new Together((keys) => this.#releaseAll(keys));
  /** How many flights hold the lease of a key. */
  readonly #held = new Map<string, number>();
  readonly #life: LeaseLife;
  #stopProlonging: (() => void) | undefined;
  #isProlonging = false;
  #prolongedAt = 0;
  #pause = 0;
  #retryAt = 0;

  constructor(options: LeaseKeysOptions) {
    this.#options = options;
    this.#life = new LeaseLife(options.milliseconds);
  }

  /** Takes the lease if it is free. Resolves to its holder's token, or to undefined if the store does not answer. */
  take(key: string): Promise<string | undefined> {
    return this.#taking.add(key);
  }

  /** Prolongs the lease again and again, until it is released. */
  hold(key: string): void {
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    if (this.#stopProlonging !== undefined) return;
    this.#prolongedAt = performance.now();
    this.#stopProlonging = startInterval(this.#life.interval, () => void this.#prolong());
  }

  /** Takes note that this process or its store was so many milliseconds late. */
  noteDelay(milliseconds: number): void {
    this.#life.noteDelay(milliseconds);
  }

  /** Is a lease still held that was taken then, by `performance.now()`? False if it may have ended. */
  surelyHeldSince(takenAt: number): boolean {
    const life = this.#life.milliseconds;
    const passed = performance.now() - takenAt;
    this.#life.noteDelay(passed);
    return !isTooShort(life, passed);
  }

  /** Prolongs the lease no longer for one of its flights. Is it held for others? */
  letGo(key: string): boolean {
    const others = (this.#held.get(key) ?? 1) - 1;
    if (others > 0) this.#held.set(key, others);
    else this.#held.delete(key);
    if (this.#held.size === 0) {
      this.#stopProlonging?.();
      this.#stopProlonging = undefined;
    }
    return others > 0;
  }

  /** Resolves when the lease is released, or when that has failed once. */
  async release(key: string): Promise<void> {
    if (!this.letGo(key) && !(await this.#releasing.add(key))) void this.#releaseLater(key);
  }

  /** Releases the lease unless a flight of this process holds it. */
  giveBack(key: string): void {
    void this.#releasing.add(key);
  }

  async #takeAll(keys: readonly string[]): Promise<(index: number) => string | undefined> {
    const holders = performance.now() < this.#retryAt ? undefined : await this.#takeNow(keys);
    return (index) => holders?.[index];
  }

  async #takeNow(keys: readonly string[]): Promise<readonly string[] | undefined> {
    const holders = await this.#claim(keys);
    this.#pause =
      holders === undefined ? Math.min(this.#pause * 2 || FIRST_PAUSE, LONGEST_PAUSE) : 0;
    this.#retryAt = performance.now() + this.#pause;
    return holders && this.#takeFromEnded(keys, holders);
  }

  /** The holders of the leases. Those that this process has do not end before they are prolonged. */
  async #claim(keys: readonly string[], claims = 1): Promise<readonly string[] | undefined> {
    const { rows, token } = this.#options;
    const life = this.#life.milliseconds;
    const startedAt = performance.now();
    const holders = await rows.lease(keys, token, life);
    const took = performance.now() - startedAt;
    this.#life.noteDelay(took);
    if (holders?.includes(token) !== true || !isTooShort(life, took)) return holders;
    return claims < MOST_CLAIMS ? ((await this.#claim(keys, claims + 1)) ?? holders) : holders;
  }

  /** A script that calls `process.exit()` after its last answer leaves a lease behind, for which its next run would wait. */
  async #takeFromEnded(keys: readonly string[], holders: readonly string[]) {
    const { rows, token } = this.#options;
    const ended = [...new Set(holders)].filter((holder) => holder !== token && hasEnded(holder));
    if (ended.length === 0) return holders;
    const left = keys.filter((_key, index) => ended.includes(holders[index] ?? ''));
    for (const holder of ended) await rows.release(left, holder);
    const taken = await this.#claim(left);
    const now = new Map(left.map((key, index) => [key, taken?.[index]]));
    return taken && keys.map((key, index) => now.get(key) ?? holders[index] ?? token);
  }

  async #prolong(): Promise<void> {
    if (this.#isProlonging) return; // a store that is slow does not get faster by more work
    this.#isProlonging = true;
    const now = performance.now();
    this.#life.noteDelay(now - this.#prolongedAt - this.#life.interval);
    this.#prolongedAt = now;
    const keys = [...this.#held.keys()];
    const claims: Promise<unknown>[] = [];
    for (let start = 0; start < keys.length; start += MOST_KEYS) {
      claims.push(this.#claim(keys.slice(start, start + MOST_KEYS)));
    }
    await Promise.all(claims);
    this.#isProlonging = false;
  }

  async #releaseAll(keys: readonly string[]): Promise<() => boolean> {
    const { rows, token } = this.#options;
    const free = keys.filter((key) => !this.#held.has(key)); // a flight of this process may have taken it again
    const isReleased = free.length === 0 || (await rows.release(free, token));
    return () => isReleased;
  }

  /** A lease that is left behind would make other processes wait for nothing. */
  async #releaseLater(key: string): Promise<void> {
    const until = performance.now() + this.#options.milliseconds;
    for (let wait = FIRST_RETRY; performance.now() + wait < until; wait *= 2) {
      await pause(wait, { ref: false });
      if (await this.#releasing.add(key)) return;
    }
  }
}
