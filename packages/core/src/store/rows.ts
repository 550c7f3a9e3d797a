/** The texts under keys, in their order; nothing for an absent one. */
export type Texts = readonly (string | undefined)[];

/** Rows of text under keys, as a cache sees them: nothing here ever rejects, and nothing waits unbounded. */
export interface Rows {
  /** The breaker is open: the store is left alone for now. */
  readonly isOpen: boolean;
  /** Nothing at all where they cannot be had. */
  read(keys: readonly string[]): Promise<Texts | undefined>;
  /** The same in the call itself; nothing where the store needs time, or fails. */
  readNow(keys: readonly string[]): Texts | undefined;
  /** Did the store take it, as far as it says? */
  write(key: string, value: string, ttl: number | undefined): Promise<boolean>;
  /** False where the store could not be told. */
  remove(key: string): Promise<boolean>;
  /**
   * Takes or prolongs the lease of `key` for `token`; who holds it then. Nothing where that cannot be said:
   * the store has no leases, or does not answer.
   */
  lease(key: string, token: string, milliseconds: number): Promise<string | undefined>;
  /** Gives a lease up, where `token` holds it. */
  release(key: string, token: string): Promise<void>;
  /** Waits for what is being written. */
  settled(): Promise<void>;
  /** Lets go of the store when all that was being written is. */
  close(): Promise<void>;
}
