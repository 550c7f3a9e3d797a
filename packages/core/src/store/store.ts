/** A row as a scan finds it. */
export interface StoredRow {
  readonly key: string;
  readonly value: string;
}

export interface StoreSize {
  readonly entries: number;
  readonly bytes: number;
  readonly evictions: number;
}

/**
 * The right to lead one key's flight among all processes that share a store. It ends by itself, so a
 * leader that dies holds nobody up for longer.
 */
export interface Leases {
  /**
   * Takes the lease of `key` for `token`, or prolongs it where the token holds it: for `milliseconds` from now.
   * Says who holds it then: the own token, or another's.
   */
  take(key: string, token: string, milliseconds: number): Promise<string>;
  /** Gives it up where `token` still holds it; where another does, nothing happens. */
  release(key: string, token: string): Promise<void>;
}

/**
 * Where entries live: what a Keyv, 5 or 6, offers, as far as the cache relies on it. Keys and values are
 * strings, a ttl is in milliseconds. What stands behind a `?` is a capability that a store may lack.
 */
export interface Store {
  get(key: string): unknown;
  set(key: string, value: string, ttl?: number): unknown;
  delete(key: string): unknown;
  getMany?(keys: string[]): unknown;
  /** Settles when the store is ready for its first operation; the deadline of that one starts then. */
  readonly opening?: Promise<unknown> | undefined;
  /** Answers in the call itself: nothing is gained by gathering reads. */
  readonly isImmediate?: boolean | undefined;
  /** @default none: each process leads its own flights */
  readonly leases?: Leases | undefined;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
  disconnect?(): unknown;
  /** Every row whose key starts with `prefix`, in constant memory. */
  scan?(prefix: string): AsyncIterable<StoredRow>;
  /** Removes what the store itself holds for expired, a little at a time; how many rows went. */
  sweep?(): Promise<number>;
  /** Why there is no row under `key`, where more is known than that: a file that was edited, and is none any more. */
  whyAbsent?(key: string): string | undefined;
  /** What the store holds, where it knows without counting. */
  measure?(): StoreSize;
}

/** The texts under keys, in their order; nothing for an absent one. */
export type RowTexts = readonly (string | undefined)[];

/** Rows of text under keys, as a cache sees them: nothing here ever rejects, and nothing waits unbounded. */
export interface RowStore {
  /** The breaker is open: the store is left alone for now. */
  readonly isOpen: boolean;
  /** Nothing at all where they cannot be had. */
  read(keys: readonly string[]): Promise<RowTexts | undefined>;
  /** The same in the call itself; nothing where the store needs time, or fails. */
  readNow(keys: readonly string[]): RowTexts | undefined;
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
