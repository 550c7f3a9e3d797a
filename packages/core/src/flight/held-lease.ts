import type { Rows } from '../store/rows.ts';

/** A lease that this process holds, prolonged until it is ended. Keeps no process alive. */
export class HeldLease {
  readonly #rows: Rows;
  readonly #key: string;
  readonly #token: string;
  readonly #prolonging: NodeJS.Timeout;

  constructor(rows: Rows, lease: { key: string; token: string; milliseconds: number }) {
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
