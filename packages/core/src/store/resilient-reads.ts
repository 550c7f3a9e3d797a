import type { RowTexts, Store } from './store.ts';
import { FAILED, isPartialOutage, type StoreGuard } from './store-guard.ts';

/** Some of several servers do not answer. Reads of rows on the other servers can still be answered. */
const PARTIAL_OUTAGE = Symbol('partial outage');

/** The keys of one operation: its deadline has to be long enough for all of them. */
const MOST_KEYS = 512;

/** Rows that are read at once in a store that reads one at a time. Further ones wait here, where no deadline counts. */
const MOST_GETS = 64;

/** Operations that are under way at once. What is read meanwhile waits for one of them to end, and is the next operation. */
const MOST_READS = 4;

type BatchResult = RowTexts | typeof PARTIAL_OUTAGE | undefined;

/** How many rows of an operation were read so far. */
interface Progress {
  read: number;
}

interface Batch {
  /** The index of each key's row. */
  readonly indexes: Map<string, number>;
  readonly result: Promise<BatchResult>;
}

/** A value that is not a text was not written by the cache, and counts as an absent row. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function partialOutage(error: unknown): typeof PARTIAL_OUTAGE {
  if (isPartialOutage(error)) return PARTIAL_OUTAGE;
  throw error;
}

/**
 * Reads rows. The reads of one turn of the event loop are one operation: one round trip, one deadline,
 * and no key twice. Where they are very many, one operation follows the other.
 */
export class ResilientReads {
  readonly #store: Store;
  readonly #guard: StoreGuard;
  readonly #timeout: number;
  #batch: Batch | undefined;
  #underWay = 0;
  #startNext: (() => void) | undefined;

  constructor(store: Store, guard: StoreGuard, timeout: number) {
    this.#store = store;
    this.#guard = guard;
    this.#timeout = timeout;
  }

  read(keys: readonly string[]): Promise<RowTexts | undefined> {
    // A store that answers synchronously gains nothing from a batch.
    return this.#store.isImmediate === true ? this.readAll(keys) : this.#readTogether(keys);
  }

  readNow(keys: readonly string[]): RowTexts | undefined {
    const store = this.#store;
    if (store.isImmediate !== true) return undefined;
    return this.#guard.attemptNow(() => {
      const texts: (string | undefined)[] = [];
      for (const key of keys) texts.push(textOf(store.get(key)));
      return texts;
    });
  }

  async #readTogether(keys: readonly string[]): Promise<RowTexts | undefined> {
    this.#batch ??= this.#startBatch();
    const { indexes, result } = this.#batch;
    for (const key of keys) if (!indexes.has(key)) indexes.set(key, indexes.size);
    const rows = await result;
    if (rows === PARTIAL_OUTAGE) return this.#readEach(keys);
    return rows && keys.map((key) => rows[indexes.get(key) ?? Number.NaN]); // each key has an index
  }

  #startBatch(): Batch {
    const indexes = new Map<string, number>();
    return { indexes, result: this.#readBatch(indexes) };
  }

  async #readBatch(indexes: ReadonlyMap<string, number>): Promise<BatchResult> {
    const isBusy = this.#underWay >= MOST_READS;
    // Further reads of this turn join the batch. While many are under way, so do those of the next turns.
    await (isBusy ? new Promise<void>((start) => (this.#startNext = start)) : Promise.resolve());
    this.#batch = undefined;
    this.#underWay += 1;
    const rows = await this.#readInParts([...indexes.keys()]);
    this.#underWay -= 1;
    this.#startNext?.();
    this.#startNext = undefined;
    return rows;
  }

  async #readInParts(keys: readonly string[]): Promise<BatchResult> {
    const texts: (string | undefined)[] = [];
    for (let start = 0; start < keys.length; start += MOST_KEYS) {
      const some = keys.slice(start, start + MOST_KEYS);
      const rows = await this.#attempt(some, (progress) =>
        this.#getAll(some, progress).catch(partialOutage),
      );
      if (rows === undefined || rows === PARTIAL_OUTAGE) return rows;
      for (const row of rows) texts.push(row);
    }
    return texts;
  }

  /** Reads rows if all of them can be read. */
  readAll(keys: readonly string[]): Promise<RowTexts | undefined> {
    return this.#attempt(keys, (progress) => this.#getAll(keys, progress));
  }

  /** Reads each row by itself: one whose server is away is absent, and keeps no other from being read. */
  #readEach(keys: readonly string[]): Promise<RowTexts | undefined> {
    return this.#attempt(keys, async () => {
      const rows = await Promise.allSettled(keys.map(async (key) => this.#store.get(key)));
      const failed = rows.find((row) => row.status === 'rejected');
      if (failed !== undefined && rows.every(({ status }) => status === 'rejected'))
        throw failed.reason;
      // The first row is the one that is asked for. The state of a tag, which stands behind it, has copies.
      if (rows[0]?.status === 'rejected') this.#guard.report('get', rows[0].reason);
      return rows.map((row) => (row.status === 'fulfilled' ? textOf(row.value) : undefined));
    });
  }

  /** A deadline is set again where rows were read since the last one and others still had to wait for them here. */
  async #attempt<Answer>(
    keys: readonly string[],
    ask: (progress: Progress) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const progress: Progress = { read: 0 };
    let seen = 0;
    const hasProgressed = () => {
      const before = seen;
      seen = progress.read;
      return seen !== before;
    };
    const turns = Math.ceil(keys.length / MOST_GETS);
    const deadline = { milliseconds: this.#timeout, extensions: turns - 1, hasProgressed };
    const answer = await this.#guard.attempt('get', deadline, () => ask(progress));
    return answer === FAILED ? undefined : answer;
  }

  async #getAll(keys: readonly string[], progress: Progress): Promise<RowTexts> {
    const store = this.#store;
    const rows = await (store.getMany === undefined
      ? this.#getInTurn(keys, progress)
      : store.getMany([...keys]));
    if (Array.isArray(rows) && rows.length === keys.length) return rows.map(textOf);
    throw new TypeError('getMany of the store did not return one row for each key.');
  }

  async #getInTurn(keys: readonly string[], progress: Progress): Promise<unknown[]> {
    const rows: unknown[] = [];
    const waiting = keys.entries();
    const getNext = async () => {
      for (const [index, key] of waiting) {
        rows[index] = await this.#store.get(key);
        progress.read += 1;
      }
    };
    await Promise.all(Array.from({ length: Math.min(keys.length, MOST_GETS) }, getNext));
    return rows;
  }
}
