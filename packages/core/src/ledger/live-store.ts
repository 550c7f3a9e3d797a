import type { CacheEvents, EventName } from '../events/index.ts';
import { startTimer } from '../options/index.ts';
import type { RowStore } from '../store/index.ts';
import { beforeExit, processName } from './at-exit.ts';
import { ledgerPrefix } from './counters.ts';
import { liveText, readLiveText } from './live-call.ts';
import { LiveCalls } from './live-calls.ts';
import type { PriceOf } from './prices.ts';

/** Milliseconds for which a row stays after it was last written, and for which a call stays in it. */
const LIVE_LIFE = 600_000;

/** Caches that have a row at a time. They bound what all processes write together. */
const SLOTS = 64;

/** Slots that are tried before a cache waits: among very many, it does not ask the store for each. */
const PROBES = 8;

/** Milliseconds after which another cache may have the slot of one that writes no more, where it finds no free one. */
const IDLE = 30_000;

/** Milliseconds between two attempts, however often it fails. */
const LONGEST_WAIT = 60_000;

const slotKey = (prefix: string, slot: number) => `${ledgerPrefix(prefix)}-live:${slot}`;

/** The keys of all rows that may have calls. They are known, so that who reads them lists no keys. */
export const liveKeys = (prefix: string): readonly string[] =>
  Array.from({ length: SLOTS }, (_slot, slot) => slotKey(prefix, slot));

export interface LiveStoreParts {
  readonly rows: RowStore;
  /** The prefix of the namespace. */
  readonly prefix: string;
  readonly priceOf: PriceOf | undefined;
  readonly now: () => number;
  /** Milliseconds from the first call that is not yet written to its writing. */
  readonly live: number;
}

/** The row that this cache wrote last. */
interface OwnRow {
  readonly key: string;
  readonly value: string;
}

let instances = 0;

/**
 * Writes the latest calls of one cache into one row, at intervals, and never within a call. There are so many rows as there are
 * slots, and each write replaces what this cache wrote before: a row that another cache took over is left to it.
 */
export class LiveStore {
  readonly #parts: LiveStoreParts;
  readonly #calls: LiveCalls;
  readonly #instance: number;
  #own: OwnRow | undefined;
  #failures = 0;
  #writes = 0;
  #isChanged = false;
  #cancelTimer: (() => void) | undefined;
  #cancelExitTask = () => {};
  #written: Promise<unknown> = Promise.resolve();

  constructor(parts: LiveStoreParts) {
    this.#parts = parts;
    this.#calls = new LiveCalls(parts);
    instances += 1;
    this.#instance = instances;
  }

  /** Notes an event that was sent at this instant. */
  take<Name extends EventName>(name: Name, event: CacheEvents[Name], at: number): void {
    if (!this.#calls.take(name, event, at)) return; // nothing in it throws: no call knows of a failure here
    this.#isChanged = true;
    this.#startTimer();
  }

  /** Writes what is not yet written. */
  write(): Promise<void> {
    this.#stopTimer();
    const done = this.#written.then(() => this.#write());
    this.#written = done;
    return done;
  }

  async close(): Promise<void> {
    await this.write();
    this.#stopTimer();
  }

  async #write(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const isWritten = await this.#put(this.#text()).catch(() => false);
    this.#failures = isWritten ? 0 : this.#failures + 1;
    if (isWritten) return;
    this.#isChanged = true;
    this.#startTimer();
  }

  #text(): string {
    const writtenAt = this.#parts.now();
    this.#writes += 1;
    return liveText({
      ...{ process: processName(), instance: this.#instance, pid: process.pid },
      ...{ writtenAt, writes: this.#writes, total: this.#calls.total },
      calls: this.#calls.since(writtenAt - LIVE_LIFE),
    });
  }

  /** Resolves to whether the row is written. */
  async #put(value: string): Promise<boolean> {
    if (this.#own !== undefined) {
      const row = { key: this.#own.key, value, ttl: LIVE_LIFE };
      const isReplaced = await this.#parts.rows.replace(row, this.#own.value);
      if (isReplaced !== false) return this.#keep(row, isReplaced === true);
      this.#own = undefined; // it has expired, or another cache has the slot
    }
    return this.#claim(value);
  }

  #keep(row: OwnRow, isWritten: boolean): boolean {
    if (isWritten) this.#own = row;
    return isWritten;
  }

  /** Takes a free slot, or that of a cache that writes no more. */
  async #claim(value: string): Promise<boolean> {
    const { rows, prefix } = this.#parts;
    const first = Math.floor(Math.random() * SLOTS);
    const taken: OwnRow[] = [];
    for (let probe = 0; probe < PROBES; probe += 1) {
      const row = { key: slotKey(prefix, (first + probe) % SLOTS), value, ttl: LIVE_LIFE };
      const stored = await rows.add([row]);
      if (stored === undefined) return false;
      if (stored[0] === value) return this.#keep(row, true);
      if (stored[0] !== undefined) taken.push({ key: row.key, value: stored[0] });
    }
    return this.#takeOver(taken, value);
  }

  async #takeOver(taken: readonly OwnRow[], value: string): Promise<boolean> {
    const idleSince = this.#parts.now() - IDLE;
    const writtenAt = ({ value: text }: OwnRow) => readLiveText(text)?.writtenAt ?? 0;
    const [oldest] = taken.toSorted((one, other) => writtenAt(one) - writtenAt(other));
    if (oldest === undefined || writtenAt(oldest) > idleSince) return false;
    const row = { key: oldest.key, value, ttl: LIVE_LIFE };
    return this.#keep(row, (await this.#parts.rows.replace(row, oldest.value)) === true);
  }

  /** Starts one timer at the first change. It does not keep the process alive. */
  #startTimer(): void {
    if (this.#cancelTimer !== undefined) return;
    const wait = Math.min(this.#parts.live * 2 ** this.#failures, LONGEST_WAIT);
    this.#cancelTimer = startTimer(wait, () => void this.write());
    this.#cancelExitTask = beforeExit(() => this.write());
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#cancelExitTask();
  }
}
