import type { MemoryBounds } from './memory-bounds.ts';
import { MemoryChoice } from './memory-choice.ts';
import { Miniature } from './memory-miniature.ts';
import type { MemorySketch } from './memory-sketch.ts';

/** A window of all the room is LRU, which chats and bursts want. What is run again wants one of a fiftieth. */
const SHARE_OF_LRU = 1;
const OTHER_SHARES = [0.2, 0.02];
/** Keys in a miniature, at most. A loop that is hardly longer than the store shows itself in large samples only. */
const LARGEST_SAMPLE = 2_048;

interface Used {
  readonly hash: number;
  readonly bytes: number;
}

/**
 * Which size of the window suits the traffic: each is tried in miniature, on a sample of the keys, and the best so far
 * is what the store uses (Einziger et al., "Adaptive Software Cache Management", 2018).
 */
export class MemoryTrial {
  readonly #bounds: MemoryBounds;
  readonly #miniatures: readonly Miniature[];
  readonly #choice: MemoryChoice;
  #keysPerSample = 1;

  constructor(sketch: MemorySketch, bounds: MemoryBounds) {
    const lru = new Miniature(sketch, bounds, SHARE_OF_LRU);
    const others = OTHER_SHARES.map((share) => new Miniature(sketch, bounds, share));
    this.#bounds = bounds;
    this.#miniatures = [lru, ...others];
    this.#choice = new MemoryChoice(lru, others);
  }

  get windowShare(): number {
    return this.#choice.windowShare;
  }

  /** A key was used in a store of so many rows; the store had it, or had not. */
  use(used: Used, rows: number, wasKept: boolean): void {
    if (rows > LARGEST_SAMPLE * this.#keysPerSample) this.#narrow();
    if (this.#isSampled(used.hash)) this.#choice.use(used, wasKept);
  }

  // Other bits than those by which the sketch finds its counters.
  #isSampled(hash: number): boolean {
    return ((hash >>> 12) & (this.#keysPerSample - 1)) === 0;
  }

  #narrow(): void {
    this.#keysPerSample *= 2;
    const { maxEntries, maxBytes } = this.#bounds;
    const bounds = {
      maxEntries: maxEntries / this.#keysPerSample,
      maxBytes: maxBytes / this.#keysPerSample,
    };
    for (const miniature of this.#miniatures) {
      miniature.narrow(bounds, (hash) => this.#isSampled(hash));
    }
  }
}
