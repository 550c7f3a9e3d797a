import type { RowStore, RowTexts, Store } from './store.ts';

const WIDTH = 15;

/** A near row as text: until when it is believed, and what it says. */
export function l1Row(believedUntil: number, text: string | undefined): string {
  const instant = String(Math.floor(believedUntil)).padStart(WIDTH, '0');
  return text === undefined ? `${instant}-` : `${instant}+${text}`;
}

export function trustedUntil(row: unknown): number {
  return typeof row === 'string' ? Number(row.slice(0, WIDTH)) : 0;
}

/** Nothing where the far store was seen to have nothing, or was never asked. */
export function l1Text(row: unknown): string | undefined {
  return typeof row === 'string' && row[WIDTH] === '+' ? row.slice(WIDTH + 1) : undefined;
}

/** Milliseconds for which a near row is believed: so late at most is seen what another process took out of use. */
const L1_TRUST = 1_000;

export interface Tiers {
  /** In this process: answers in the call itself. */
  readonly l1: Store;
  readonly l2: RowStore;
  readonly now: () => number;
}

/**
 * Bounded memory before a store: what was just read or written there is served from here, and everything that is
 * still here while the store is away. Entries carry their own times, so that none lives longer for being here.
 */
export class TieredStore implements RowStore {
  readonly #tiers: Tiers;

  constructor(tiers: Tiers) {
    this.#tiers = tiers;
  }

  get isOpen(): boolean {
    return this.#tiers.l2.isOpen;
  }

  async read(keys: readonly string[]): Promise<RowTexts> {
    const now = this.#tiers.now();
    const cached = new Map(keys.map((key) => [key, this.#tiers.l1.get(key)]));
    const untrusted = keys.filter((key) => !(now < trustedUntil(cached.get(key))));
    const rows = untrusted.length === 0 ? [] : await this.#tiers.l2.read(untrusted);
    // While the store is away, what is near is all there is.
    if (rows === undefined) return keys.map((key) => l1Text(cached.get(key)));
    const fetched = new Map(untrusted.map((key, index) => [key, rows[index]]));
    for (const [key, text] of fetched) {
      // What was written or removed here while the store was asked is newer than its answer.
      if (this.#tiers.l1.get(key) === cached.get(key)) this.#keep(key, text);
    }
    return keys.map((key) => (fetched.has(key) ? fetched.get(key) : l1Text(cached.get(key))));
  }

  /** As long as all of them are believed: what is not has to be asked for, which takes time. */
  readNow(keys: readonly string[]): RowTexts | undefined {
    const now = this.#tiers.now();
    const texts: (string | undefined)[] = [];
    for (const key of keys) {
      const row = this.#tiers.l1.get(key);
      if (!(now < trustedUntil(row))) return undefined;
      texts.push(l1Text(row));
    }
    return texts;
  }

  write(key: string, value: string, ttl: number | undefined): Promise<boolean> {
    this.#keep(key, value);
    return this.#tiers.l2.write(key, value, ttl);
  }

  remove(key: string): Promise<boolean> {
    this.#keep(key, undefined);
    return this.#tiers.l2.remove(key);
  }

  lease(key: string, token: string, milliseconds: number): Promise<string | undefined> {
    return this.#tiers.l2.lease(key, token, milliseconds);
  }

  release(key: string, token: string): Promise<void> {
    return this.#tiers.l2.release(key, token);
  }

  settled(): Promise<void> {
    return this.#tiers.l2.settled();
  }

  close(): Promise<void> {
    return this.#tiers.l2.close();
  }

  #keep(key: string, text: string | undefined): void {
    this.#tiers.l1.set(key, l1Row(this.#tiers.now() + L1_TRUST, text));
  }
}
