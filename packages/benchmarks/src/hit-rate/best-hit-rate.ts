import { LatestFirst } from './latest-first.ts';
import { percentOf, type Room, sizeOf } from './room.ts';
import type { Access, Trace } from './trace.ts';

/** For each request, the place of the next one for its key. */
function nextUses({ accesses }: Trace): number[] {
  const later = new Map<string, number>();
  const next: number[] = new Array(accesses.length);
  for (let index = accesses.length - 1; index >= 0; index -= 1) {
    const key = accesses[index]?.key ?? '';
    next[index] = later.get(key) ?? Number.MAX_SAFE_INTEGER;
    later.set(key, index);
  }
  return next;
}

interface Kept {
  readonly size: number;
  readonly next: number;
}

class Foresight {
  readonly #rows = new Map<string, Kept>();
  readonly #byNext = new LatestFirst();
  #bytes = 0;

  /** Was it there? It is now, and will be used again at `next`. */
  use(access: Access, next: number): boolean {
    const before = this.#rows.get(access.key);
    const size = sizeOf(access);
    this.#bytes += size - (before?.size ?? 0);
    this.#rows.set(access.key, { size, next });
    this.#byNext.push(next, access.key);
    return before !== undefined;
  }

  shrink({ maxEntries, maxBytes }: Room): void {
    while (this.#rows.size > maxEntries || this.#bytes > maxBytes) {
      const latest = this.#byNext.pop();
      if (latest === undefined) return;
      const row = this.#rows.get(latest.key);
      if (row?.next !== latest.place) continue; // it was used since
      this.#rows.delete(latest.key);
      this.#bytes -= row.size;
    }
  }
}

/**
 * Percent of the requests that one would answer who knows the future: what is used latest goes first (Belady). The best
 * there can be where entries are equally large; where they are not, one that prefers small ones can answer more.
 */
export function bestHitRate(trace: Trace, room: Room): number {
  const next = nextUses(trace);
  const rows = new Foresight();
  let hits = 0;
  for (const [index, access] of trace.accesses.entries()) {
    if (rows.use(access, next[index] ?? 0)) hits += 1;
    rows.shrink(room);
  }
  return percentOf(hits, trace);
}
