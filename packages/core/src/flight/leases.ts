import { digest } from '../key/index.ts';
import type { RowStore } from '../store/index.ts';

/** A lease that this process holds, prolonged until it is ended. Keeps no process alive. */
export class HeldLease {
  readonly #rows: RowStore;
  readonly #key: string;
  readonly #token: string;
  readonly #prolonging: NodeJS.Timeout;

  constructor(rows: RowStore, lease: { key: string; token: string; milliseconds: number }) {
    const { key, token, milliseconds } = lease;
    this.#rows = rows;
    this.#key = key;
    this.#token = token;
    // Three times in its life, so that one answer of the store may be lost.
    const prolong = () => void rows.lease(key, token, milliseconds);
    this.#prolonging = setInterval(prolong, milliseconds / 3).unref();
  }

  end(): Promise<void> {
    clearInterval(this.#prolonging);
    return this.#rows.release(this.#key, this.#token);
  }
}

/** How long it is known that a flight brought nothing home, in milliseconds: longer than a wait between two looks. */
const NOTE_LIFE = 2_000;

export interface LeaseDeskOptions {
  /** Of the namespace: a note is a row of it, and no entry. */
  readonly prefix: string;
  /** How long a lease lasts that nobody prolongs. */
  readonly milliseconds: number;
}

/** Leases on flights, and notes of those that ended without an entry: nobody needs to wait for one. */
export class LeaseDesk {
  readonly #rows: RowStore;
  readonly #options: LeaseDeskOptions;

  constructor(rows: RowStore, options: LeaseDeskOptions) {
    this.#rows = rows;
    this.#options = options;
  }

  /** Who has the lease of `key` now. Nothing where the store cannot say. */
  take(key: string, token: string): Promise<string | undefined> {
    return this.#rows.lease(key, token, this.#options.milliseconds);
  }

  /** Keeps the lease that `token` has. */
  hold(key: string, token: string): HeldLease {
    const { milliseconds } = this.#options;
    return new HeldLease(this.#rows, { key, token, milliseconds });
  }

  /** Did a flight for `key` just end without an entry? */
  async isUnkept(key: string): Promise<boolean> {
    const rows = await this.#rows.read([this.#noteKey(key)]);
    return rows?.[0] !== undefined;
  }

  /** Ends the lease when the flight's answer is stored, or is known not to be. */
  async end(lease: HeldLease, key: string, kept: Promise<unknown>): Promise<void> {
    const isKept = await kept.catch(() => false);
    // Before the lease is free, so that who takes it next is not waited for by the rest.
    if (isKept !== true) await this.#rows.write(this.#noteKey(key), 'unkept', NOTE_LIFE);
    await lease.end();
  }

  #noteKey(key: string): string {
    return `${this.#options.prefix}unkept:${digest(key)}`;
  }
}
