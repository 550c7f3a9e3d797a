export interface MemoryBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

interface Filled {
  readonly count: number;
  readonly bytes: number;
}

/** Is this more than a share (0 to 1) of the bounds? */
export function exceeds({ count, bytes }: Filled, bounds: MemoryBounds, share: number): boolean {
  return count > share * bounds.maxEntries || bytes > share * bounds.maxBytes;
}
