import type { Eventual, NewRow, RowStore, RowTexts, Store } from './store.ts';

const INSTANT_WIDTH = 15;

/** Milliseconds for which an L1 row is trusted. What another process invalidated is seen this much later at most. */
const L1_TRUST = 1_000;

/** An L1 row: the instant until which it is trusted, and the text of the L2 row. */
function l1Row(believedUntil: number, text: string | undefined): string {
  const instant = String(Math.floor(believedUntil)).padStart(INSTANT_WIDTH, '0');
  return text === undefined ? `${instant}-` : `${instant}+${text}`;
}

/** More time than the whole is left only where the clock was set back: such a row is not trusted. */
function isTrusted(row: unknown, now: number): boolean {
  if (typeof row !== 'string') return false;
  const left = Number(row.slice(0, INSTANT_WIDTH)) - now;
  return left > 0 && left <= L1_TRUST;
}

/** `undefined` if L2 had no row, or was not asked yet. */
function l1Text(row: unknown): string | undefined {
  return typeof row === 'string' && row[INSTANT_WIDTH] === '+'
    ? row.slice(INSTANT_WIDTH + 1)
    : undefined;
}

export interface Tiers {
  /** A store in this process that answers synchronously. */
  readonly l1: Store;
  readonly l2: RowStore;
  readonly now: () => number;
}

/**
 * Bounded memory (L1) before a store (L2). Rows that were just read or written are served from L1, and so is
 * everything that L1 holds while L2 does not answer. Entries carry their own times, so L1 makes none live longer.
 */
export class TieredStore implements RowStore {
  readonly #tiers: Tiers;

  constructor(tiers: Tiers) {
    this.#tiers = tiers;
  }

  get isAway(): boolean {
    return this.#tiers.l2.isAway;
  }

  get patience(): number {
    return this.#tiers.l2.patience;
  }

  get isAtomic(): boolean {
    return this.#tiers.l2.isAtomic;
  }

  copiesOf(key: string): readonly string[] {
    return this.#tiers.l2.copiesOf(key);
  }

  async read(keys: readonly string[]): Promise<RowTexts> {
    const now = this.#tiers.now();
    const cached = new Map(keys.map((key) => [key, this.#tiers.l1.get(key)]));
    const untrusted = keys.filter((key) => !isTrusted(cached.get(key), now));
    const rows = untrusted.length === 0 ? [] : await this.#tiers.l2.read(untrusted);
    // L2 did not answer, so everything that L1 holds is served.
    if (rows === undefined) return keys.map((key) => l1Text(cached.get(key)));
    const fetched = new Map(untrusted.map((key, index) => [key, rows[index]]));
    for (const [key, text] of fetched) {
      // A row that was written or removed here while L2 was asked is newer than L2's answer.
      if (this.#tiers.l1.get(key) === cached.get(key)) this.#putL1(key, text);
    }
    return keys.map((key) => (fetched.has(key) ? fetched.get(key) : l1Text(cached.get(key))));
  }

  /** Answers if all rows are trusted. Any other row has to be read from L2, which takes time. */
  readNow(keys: readonly string[]): RowTexts | undefined {
    const now = this.#tiers.now();
    const texts: (string | undefined)[] = [];
    for (const key of keys) {
      const row = this.#tiers.l1.get(key);
      if (!isTrusted(row, now)) return undefined;
      texts.push(l1Text(row));
    }
    return texts;
  }

  async readLatest(keys: readonly string[]): Promise<RowTexts | undefined> {
    const cached = keys.map((key) => this.#tiers.l1.get(key));
    const rows = await this.#tiers.l2.readLatest(keys);
    for (const [index, key] of keys.entries()) {
      if (rows !== undefined && this.#tiers.l1.get(key) === cached[index])
        this.#putL1(key, rows[index]);
    }
    return rows;
  }

  /** While L2 is away, rows are added to L1: the entries that depend on them are served in this process only. */
  async add(rows: readonly NewRow[]): Promise<RowTexts> {
    const texts = await this.#tiers.l2.add(rows);
    return rows.map(({ key, value }, index) => {
      const text = texts === undefined ? (l1Text(this.#tiers.l1.get(key)) ?? value) : texts[index];
      this.#putL1(key, text);
      return text;
    });
  }

  async replace(row: NewRow, expected: string): Promise<boolean | undefined> {
    const before = this.#tiers.l1.get(row.key);
    const isReplaced = await this.#tiers.l2.replace(row, expected);
    // A row that was written or removed here meanwhile is newer: L2 has it after this one.
    if (isReplaced === true && this.#tiers.l1.get(row.key) === before)
      this.#putL1(row.key, row.value);
    else this.#tiers.l1.delete(row.key);
    return isReplaced;
  }

  write(key: string, value: string, ttl: number | undefined): Eventual<boolean> {
    this.#putL1(key, value);
    return this.#tiers.l2.write(key, value, ttl);
  }

  writeAtExit(writing: Promise<unknown>, row: () => NewRow | undefined): void {
    this.#tiers.l2.writeAtExit?.(writing, row);
  }

  remove(key: string): Promise<boolean> {
    this.#putL1(key, undefined);
    return this.#tiers.l2.remove(key);
  }

  removeMany(keys: readonly string[]): Promise<boolean> {
    for (const key of keys) this.#putL1(key, undefined);
    return this.#tiers.l2.removeMany(keys);
  }

  lease(
    keys: readonly string[],
    token: string,
    milliseconds: number,
  ): Promise<readonly string[] | undefined> {
    return this.#tiers.l2.lease(keys, token, milliseconds);
  }

  release(keys: readonly string[], token: string): Promise<boolean> {
    return this.#tiers.l2.release(keys, token);
  }

  /** The rows stay in L1 for as long as L2 does not answer. */
  distrust(keys: readonly string[]): void {
    for (const key of keys) {
      const row = this.#tiers.l1.get(key);
      if (row !== undefined) this.#tiers.l1.set(key, l1Row(0, l1Text(row)));
    }
  }

  settled(): Promise<void> {
    return this.#tiers.l2.settled();
  }

  close(): Promise<void> {
    return this.#tiers.l2.close();
  }

  #putL1(key: string, text: string | undefined): void {
    this.#tiers.l1.set(key, l1Row(this.#tiers.now() + L1_TRUST, text));
  }
}
