import type { Rows, Store, Texts } from './store.ts';

const WIDTH = 15;

/** A near row as text: until when it is believed, and what it says. */
export function nearText(believedUntil: number, text: string | undefined): string {
  const instant = String(Math.floor(believedUntil)).padStart(WIDTH, '0');
  return text === undefined ? `${instant}-` : `${instant}+${text}`;
}

export function believedUntil(row: unknown): number {
  return typeof row === 'string' ? Number(row.slice(0, WIDTH)) : 0;
}

/** Nothing where the far store was seen to have nothing, or was never asked. */
export function textIn(row: unknown): string | undefined {
  return typeof row === 'string' && row[WIDTH] === '+' ? row.slice(WIDTH + 1) : undefined;
}

/** Milliseconds for which a near row is believed: so late at most is seen what another process took out of use. */
const TRUST = 1_000;

export interface Tiers {
  /** In this process: answers in the call itself. */
  readonly near: Store;
  readonly far: Rows;
  readonly now: () => number;
}

/**
 * Bounded memory before a store: what was just read or written there is served from here, and everything that is
 * still here while the store is away. Entries carry their own times, so that none lives longer for being here.
 */
export class TieredRows implements Rows {
  readonly #tiers: Tiers;

  constructor(tiers: Tiers) {
    this.#tiers = tiers;
  }

  get isOpen(): boolean {
    return this.#tiers.far.isOpen;
  }

  async read(keys: readonly string[]): Promise<Texts> {
    const now = this.#tiers.now();
    const near = new Map(keys.map((key) => [key, this.#tiers.near.get(key)]));
    const doubted = keys.filter((key) => !(now < believedUntil(near.get(key))));
    const rows = doubted.length === 0 ? [] : await this.#tiers.far.read(doubted);
    // While the store is away, what is near is all there is.
    if (rows === undefined) return keys.map((key) => textIn(near.get(key)));
    const far = new Map(doubted.map((key, index) => [key, rows[index]]));
    for (const [key, text] of far) {
      // What was written or removed here while the store was asked is newer than its answer.
      if (this.#tiers.near.get(key) === near.get(key)) this.#keep(key, text);
    }
    return keys.map((key) => (far.has(key) ? far.get(key) : textIn(near.get(key))));
  }

  /** As long as all of them are believed: what is not has to be asked for, which takes time. */
  readNow(keys: readonly string[]): Texts | undefined {
    const now = this.#tiers.now();
    const texts: (string | undefined)[] = [];
    for (const key of keys) {
      const row = this.#tiers.near.get(key);
      if (!(now < believedUntil(row))) return undefined;
      texts.push(textIn(row));
    }
    return texts;
  }

  write(key: string, value: string, ttl: number | undefined): Promise<boolean> {
    this.#keep(key, value);
    return this.#tiers.far.write(key, value, ttl);
  }

  remove(key: string): Promise<boolean> {
    this.#keep(key, undefined);
    return this.#tiers.far.remove(key);
  }

  lease(key: string, token: string, milliseconds: number): Promise<string | undefined> {
    return this.#tiers.far.lease(key, token, milliseconds);
  }

  release(key: string, token: string): Promise<void> {
    return this.#tiers.far.release(key, token);
  }

  settled(): Promise<void> {
    return this.#tiers.far.settled();
  }

  close(): Promise<void> {
    return this.#tiers.far.close();
  }

  #keep(key: string, text: string | undefined): void {
    this.#tiers.near.set(key, nearText(this.#tiers.now() + TRUST, text));
  }
}
