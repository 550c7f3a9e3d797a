export interface MemoryStoreOptions {
  /** @default 10_000 */
  readonly maxEntries?: number | undefined;
  /** Bytes of keys, values and the index round them. @default 64 MiB */
  readonly maxBytes?: number | undefined;
  /** The clock, in milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
}
