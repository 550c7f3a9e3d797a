import type { StoreSize } from '../store/index.ts';

/** The entries of one provider. */
export interface ProviderEntries {
  /** Absent for rows from which no entry can be read: they are damaged, or encrypted with another secret. */
  readonly provider?: string | undefined;
  readonly entries: number;
  readonly bytes: number;
}

/** What the store holds, and how full it is. Memory knows it at any time, and other stores once they are measured. */
export interface StoreFigures extends StoreSize {
  /** When `measure` last read the store, in milliseconds since 1970. What a store knows without it is as of now. */
  readonly measuredAt?: number | undefined;
  /** The entries of this namespace, also those that have expired and are still there. Absent until the store is measured. */
  readonly entries?: number | undefined;
  /** The bytes of their rows. */
  readonly bytes?: number | undefined;
  /** The provider with the most bytes comes first. */
  readonly byProvider?: readonly ProviderEntries[] | undefined;
  /** The share (0 to 1) that is used of the bound that will be reached first. Absent without a bound. */
  readonly utilization?: number | undefined;
}

/** Adds how full the store is. Newer figures replace older ones. */
export function storeFigures(older: StoreFigures, newer: StoreFigures): StoreFigures {
  const all: StoreFigures = { ...older, ...newer };
  const { usedEntries, usedBytes, maxEntries, maxBytes } = all;
  const shares = [
    [usedEntries, maxEntries],
    [usedBytes, maxBytes],
  ].map(([used, most]) => Number(used) / Number(most)); // not a number where one of them is not known
  const known = shares.filter(Number.isFinite);
  return known.length === 0 ? all : { ...all, utilization: Math.max(...known) };
}
