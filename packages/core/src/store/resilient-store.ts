import type { StoreOperation } from '../events/index.ts';
import { withKeyvRows } from './keyv-adapter.ts';
import { ResilientReads } from './resilient-reads.ts';
import type { AtomicRows, NewRow, RowStore, RowTexts, Store } from './store.ts';
import { FAILED, type GuardOptions, StoreGuard } from './store-guard.ts';

const pending = new Set<() => void>();

let isWatching = false;

function writePending(): void {
  for (const write of pending) {
    try {
      write();
    } catch {
      // The store is locked or full. The entry is lost, as without this attempt.
    }
  }
}

/** Calls `write`, which is synchronous, if the process ends by `process.exit()` before `writing` has settled. */
function writeAtExit(writing: Promise<unknown>, write: () => void): void {
  if (!isWatching) process.on('exit', writePending);
  isWatching = true;
  pending.add(write);
  const end = (): void => {
    pending.delete(write);
  };
  writing.then(end, end);
}

/** No answer waits for a write, so a write has a longer deadline than a read. */
const WRITE_TIMEOUT_FACTOR = 8;

/** A write that waits for others of this process waits for so many times its deadline at most. */
const MOST_EXTENSIONS = 15;

/** Writes that are under way at once. Further ones wait here, where no deadline counts. */
const MOST_WRITES = 128;

/**
 * Reads and writes rows in a store that can fail. A failure is no rows, or nothing written, and one event. The rooms above
 * see only that.
 */
export class ResilientStore implements RowStore {
  readonly #store: Store;
  readonly #guard: StoreGuard;
  readonly patience: number;
  readonly #reads: ResilientReads;
  readonly #writes = new Set<Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #sent = 0;
  /** How many writes the store has accepted or refused. */
  #written = 0;

  constructor(given: Store, options: GuardOptions) {
    const store = withKeyvRows(given);
    this.#store = store;
    this.#guard = new StoreGuard(store, options);
    this.patience = options.storeTimeout;
    this.#reads = new ResilientReads(store, this.#guard, options.storeTimeout);
  }

  get isAway(): boolean {
    return this.#guard.isAway;
  }

  get isAtomic(): boolean {
    return this.#store.atomic !== undefined || this.#store.isImmediate === true;
  }

  copiesOf(key: string): readonly string[] {
    return this.#store.copiesOf?.(key) ?? [key];
  }

  read(keys: readonly string[]): Promise<RowTexts | undefined> {
    return this.#reads.read(keys);
  }

  readNow(keys: readonly string[]): RowTexts | undefined {
    return this.#reads.readNow(keys);
  }

  readLatest(keys: readonly string[]): Promise<RowTexts | undefined> {
    return this.#reads.readAll(keys);
  }

  async add(rows: readonly NewRow[]): Promise<RowTexts | undefined> {
    if (!this.isAtomic) return this.#settle(this.#addInSteps(rows));
    const add = async () => (await this.#atomic()).add(rows);
    const texts = await this.#settle(this.#whileOthersProceed('set', this.#longTimeout, add));
    return texts === FAILED ? undefined : texts;
  }

  async replace(row: NewRow, expected: string): Promise<boolean | undefined> {
    const replace = async () => (await this.#atomic()).replace(row, expected);
    const isReplaced = await this.#attemptWrite('set', replace);
    return isReplaced === FAILED ? undefined : isReplaced === true;
  }

  async write(key: string, value: string, ttl: number | undefined): Promise<boolean> {
    const answer = await this.#attemptWrite('set', () => this.#store.set(key, value, ttl));
    if (answer === false) this.#guard.report('set', { code: 'refused' });
    return answer !== false && answer !== FAILED;
  }

  writeAtExit(writing: Promise<unknown>, rowNow: () => NewRow | undefined): void {
    if (this.#store.setNow === undefined) return;
    writeAtExit(writing, () => {
      const row = rowNow();
      if (row !== undefined) this.#store.setNow?.(row.key, row.value, row.ttl);
    });
  }

  async remove(key: string): Promise<boolean> {
    return (await this.#attemptWrite('delete', () => this.#store.delete(key))) !== FAILED;
  }

  async removeMany(keys: readonly string[]): Promise<boolean> {
    const store = this.#store;
    const each = () => Promise.all(keys.map(async (key) => store.delete(key)));
    const removal = () => store.deleteMany?.([...keys]) ?? each();
    return keys.length === 0 || (await this.#attemptWrite('delete', removal)) !== FAILED;
  }

  async lease(
    keys: readonly string[],
    token: string,
    milliseconds: number,
  ): Promise<readonly string[] | undefined> {
    const { leases } = this.#store;
    if (leases === undefined) return undefined;
    const take = () => leases.take(keys, token, milliseconds);
    const holders = await this.#whileOthersProceed('lease', this.patience, take);
    return holders === FAILED ? undefined : holders;
  }

  async release(keys: readonly string[], token: string): Promise<boolean> {
    const release = () => this.#store.leases?.release(keys, token);
    return (
      (await this.#settle(this.#guard.attemptAnyway('lease', this.#longTimeout, release))) !==
      FAILED
    );
  }

  distrust(): void {}

  async settled(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  async close(): Promise<void> {
    await this.settled();
    // The breaker is not asked, because a store that does not answer has to be disconnected, too.
    await this.#guard.attemptAnyway('connection', this.#longTimeout, () =>
      this.#store.disconnect?.(),
    );
  }

  get #longTimeout(): number {
    return this.patience * WRITE_TIMEOUT_FACTOR;
  }

  async #atomic(): Promise<AtomicRows> {
    const store = this.#store;
    return store.atomic ?? (await import('./rows-in-steps.ts')).rowsInSteps(store);
  }

  async #addInSteps(rows: readonly NewRow[]): Promise<RowTexts | undefined> {
    const { addInSteps } = await import('./rows-in-steps.ts');
    const write = async ({ key, value, ttl }: NewRow) => {
      const ask = () => this.#store.set(key, value, ttl);
      const answer = await this.#inTurn(() => this.#send('set', ask), 'first');
      return answer !== false && answer !== FAILED;
    };
    const read = (keys: readonly string[]) => this.#reads.read(keys);
    return addInSteps(rows, { read, write, report: (fault) => this.#guard.report('set', fault) });
  }

  #attemptWrite(operation: StoreOperation, ask: () => unknown): Promise<unknown> {
    return this.#settle(this.#inTurn(() => this.#send(operation, ask), 'last'));
  }

  /** A write for which a call waits is the next one. */
  #inTurn<Answer>(send: () => Promise<Answer>, place: 'first' | 'last'): Promise<Answer> {
    if (this.#sent < MOST_WRITES) return send();
    return new Promise<void>((next) => {
      if (place === 'first') this.#waiting.unshift(next);
      else this.#waiting.push(next);
    }).then(send);
  }

  #send(operation: StoreOperation, ask: () => unknown): Promise<unknown> {
    this.#sent += 1;
    const sent = this.#whileOthersProceed(operation, this.#longTimeout, ask);
    void sent.then(() => {
      this.#sent -= 1;
      this.#waiting.shift()?.();
    });
    return sent;
  }

  /** The operation may wait in the store for others of this process: a store that writes is not away. */
  #whileOthersProceed<Answer>(
    operation: StoreOperation,
    milliseconds: number,
    ask: () => Answer | PromiseLike<Answer>,
  ): Promise<Answer | typeof FAILED> {
    let seen = this.#written;
    const hasProgressed = () => {
      const before = seen;
      seen = this.#written;
      return seen !== before;
    };
    const deadline = { milliseconds, extensions: MOST_EXTENSIONS, hasProgressed };
    const attempt = this.#guard.attempt(operation, deadline, ask);
    void attempt.then((answer) => {
      if (answer !== FAILED) this.#written += 1;
    });
    return attempt;
  }

  #settle<Answer>(write: Promise<Answer>): Promise<Answer> {
    this.#writes.add(write);
    void write.then(() => this.#writes.delete(write));
    return write;
  }
}
