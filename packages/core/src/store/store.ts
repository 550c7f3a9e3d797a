/** A row as a scan yields it. */
export interface StoredRow {
  readonly key: string;
  readonly value: string;
  /** What the row takes in the store, in bytes. @default the bytes of its value in UTF-8 */
  readonly bytes?: number | undefined;
}

/**
 * Milliseconds that a cache adds to the life of each row. When Keyv reads an expired row, it deletes what is under the
 * key, and that may be a new row. A bounded store that needs room removes rows in the time that was added first.
 */
export const ROW_GRACE = 60_000;

/** What a store holds, and its bounds. What is not known, or not bounded, is absent. */
export interface StoreSize {
  /** The rows that count for `maxEntries`: entries, and the states of what was invalidated. */
  readonly usedEntries?: number | undefined;
  readonly maxEntries?: number | undefined;
  /** The bytes that count for `maxBytes`: of the memory, of the SQLite file, or of the Redis servers with all that they hold. */
  readonly usedBytes?: number | undefined;
  readonly maxBytes?: number | undefined;
  /** Rows that this process removed to make room; of `capacity`, keys that the servers evicted since they started. */
  readonly evictions?: number | undefined;
}

/**
 * The right to lead one key's flight among all processes that share a store. A lease ends by itself, so that a leader
 * that dies does not delay the others for longer.
 */
export interface Leases {
  /**
   * Takes the leases of `keys` for `token` for `milliseconds` from now, or prolongs those that `token` holds, in one
   * operation. Resolves to the holder's token of each, in the order of `keys`: another one where the lease is taken.
   */
  take(keys: readonly string[], token: string, milliseconds: number): Promise<readonly string[]>;
  /** Releases those of the leases that `token` still holds. Those that another token holds stay. */
  release(keys: readonly string[], token: string): Promise<void>;
}

/** A row that is to be stored. */
export interface NewRow extends StoredRow {
  /** Milliseconds. @default for ever */
  readonly ttl?: number | undefined;
}

/** Changes that depend on what is stored, each in one step: no other process comes in between. */
export interface AtomicRows {
  /** Stores each row under whose key there is none. Resolves to the values that are stored after that, in the order of the rows. */
  add(rows: readonly NewRow[]): Promise<readonly (string | undefined)[]>;
  /** Stores the row if the value under its key is `expected`. Resolves to whether it was. */
  replace(row: NewRow, expected: string): Promise<boolean>;
}

/** What is under keys, in their order. The store is asked once, where it can be. */
export const readAll = (store: Pick<Store, 'get' | 'getMany'>, keys: string[]): unknown =>
  store.getMany?.(keys) ?? Promise.all(keys.map((key) => store.get(key)));

/**
 * Where entries live: the part of Keyv 5 and 6 that the cache uses. Keys and values are strings, and a ttl is in
 * milliseconds. Optional members are capabilities that a store may lack.
 */
export interface Store {
  get(key: string): unknown;
  set(key: string, value: string, ttl?: number): unknown;
  delete(key: string): unknown;
  /**
   * Writes a row synchronously, as the process ends, unless a live row is there. A store that cannot do so at this moment does
   * nothing. @default none: what is still being written is lost by `process.exit()`
   */
  setNow?(key: string, value: string, ttl?: number): void;
  getMany?(keys: string[]): unknown;
  /** Removes many rows at once. @default each by itself */
  deleteMany?(keys: string[]): unknown;
  /** Settles when the store is ready for its first operation, whose deadline starts then. */
  readonly opening?: Promise<unknown> | undefined;
  /** The store answers synchronously, so reads are not batched. @default false */
  readonly isImmediate?: boolean | undefined;
  /**
   * What is stored is for callers of every account, as fixtures are: no digest of a credential is in a key, and no
   * answer ends with the provider's retention. @default false
   */
  readonly isForAnyAccount?: boolean | undefined;
  /** @default none: each process leads its own flights */
  readonly leases?: Leases | undefined;
  /** @default none: what depends on stored rows is read first and then written */
  readonly atomic?: AtomicRows | undefined;
  /**
   * The keys for the copies of a row on which the whole namespace depends. If the rows are on several servers, the copies are on
   * different ones, because one may be away while the others answer. There are always as many. @default the key alone
   */
  copiesOf?(key: string): readonly string[];
  on?(event: 'error', listener: (error: unknown) => void): unknown;
  disconnect?(): unknown;
  /** Yields every row whose key starts with `prefix`, in constant memory. */
  scan?(prefix: string): AsyncIterable<StoredRow>;
  /** Removes expired rows, some at a time. Resolves to the number of removed rows. */
  sweep?(): Promise<number>;
  /** Says why there is no row under `key`, if the store knows it. An example is a file that an edit made unreadable. */
  whyAbsent?(key: string): string | undefined;
  /** What a person should change about the store, as a sentence. Resolves to nothing if all is well, or if it cannot be known. */
  advice?(): Promise<string | undefined>;
  /** What the store knows of its size without reading anything. */
  measure?(): StoreSize | undefined;
  /** How full the store is, if it has to be asked. Rows of others count, too. */
  capacity?(): Promise<StoreSize>;
}

/** The texts of rows in the order of their keys, with `undefined` for an absent row. */
export type RowTexts = readonly (string | undefined)[];

/** A promise unless the store is the memory of this process. */
export type Eventual<Value> = Value | Promise<Value>;

/** Rows of text under keys, as a cache sees them. No method rejects, and no method waits without a bound. */
export interface RowStore {
  /** The circuit breaker is open, so the store is not asked for a while. */
  readonly isAway: boolean;
  /** Milliseconds for which a call waits for one operation. */
  readonly patience: number;
  /** {@link add} and {@link replace} are each one step. */
  readonly isAtomic: boolean;
  /** The keys of the copies of a row; see `Store`. */
  copiesOf(key: string): readonly string[];
  /** Resolves to `undefined` if the rows cannot be read. A row whose server is away, while others answer, is absent. */
  read(keys: readonly string[]): Promise<RowTexts | undefined>;
  /** Reads synchronously. Returns `undefined` if the store needs time or fails. */
  readNow(keys: readonly string[]): RowTexts | undefined;
  /** Like {@link read}, from the store itself, and only if every row can be read. */
  readLatest(keys: readonly string[]): Promise<RowTexts | undefined>;
  /** Stores each row under whose key there is none. Resolves to what is stored after that, or to `undefined` if that fails. */
  add(rows: readonly NewRow[]): Promise<RowTexts | undefined>;
  /** Stores the row if the value under its key is `expected`. Resolves to `undefined` if that fails. */
  replace(row: NewRow, expected: string): Promise<boolean | undefined>;
  /** Did the store accept the row? */
  write(key: string, value: string, ttl: number | undefined): Eventual<boolean>;
  /** Writes a row by `process.exit()` at the latest, where `row` returns one and the store can do so. */
  writeAtExit?(writing: Promise<unknown>, row: () => NewRow | undefined): void;
  /** Resolves to false if the store failed. */
  remove(key: string): Promise<boolean>;
  /** Removes several rows in one operation. Resolves to false if the store failed. */
  removeMany(keys: readonly string[]): Promise<boolean>;
  /**
   * Takes or prolongs leases, and resolves to the holder's token of each. Resolves to `undefined` if the store has no
   * leases or does not answer.
   */
  lease(
    keys: readonly string[],
    token: string,
    milliseconds: number,
  ): Promise<readonly string[] | undefined>;
  /** Releases the leases that `token` holds, also while the breaker is open. Resolves to false if the store failed. */
  release(keys: readonly string[], token: string): Promise<boolean>;
  /** The next read of these keys asks the store itself, and no memory before it. */
  distrust(keys: readonly string[]): void;
  /** Waits for the writes under way. */
  settled(): Promise<void>;
  /** Waits for the writes under way, then disconnects the store. */
  close(): Promise<void>;
}
