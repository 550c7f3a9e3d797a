import type { FrequencySketch } from './frequency-sketch.ts';
import { type MemoryBounds, type OrderNode, TinyLfuOrder } from './tiny-lfu.ts';

interface SimulatedRow extends OrderNode<SimulatedRow> {}

/** A store without values that holds a sample of the keys: it shows what a window of another size would keep. */
export class MiniSimulation {
  readonly #rows = new Map<number, SimulatedRow>();
  readonly #order: TinyLfuOrder<SimulatedRow>;
  /** Hits that the window in use has missed of late, and this one had. */
  regret = 0;

  constructor(sketch: FrequencySketch, bounds: MemoryBounds, windowShare: number) {
    this.#order = new TinyLfuOrder(sketch, bounds, windowShare);
  }

  get count(): number {
    return this.#rows.size;
  }

  get windowShare(): number {
    return this.#order.windowShare;
  }

  /** Was the row there? It is now. */
  use(hash: number, bytes: number): boolean {
    const found = this.#rows.get(hash);
    if (found !== undefined) {
      this.#order.touch(found);
      return true;
    }
    const row = { hash, bytes, list: undefined, newer: undefined, older: undefined };
    this.#rows.set(hash, row);
    this.#order.add(row);
    while (this.#order.isOver) this.#remove(this.#order.victim());
    return false;
  }

  /** From now on it holds less of the keys. */
  narrow(bounds: MemoryBounds, isSampled: (hash: number) => boolean): void {
    this.#order.bounds = bounds;
    for (const [hash, row] of this.#rows) if (!isSampled(hash)) this.#remove(row);
  }

  #remove(row: SimulatedRow | undefined): void {
    if (row === undefined) return;
    this.#order.remove(row);
    this.#rows.delete(row.hash);
  }
}

/** Regret that makes up for a change, which costs hits itself: a few, and so many for each row. */
const LEAST_REGRET = 10;

const REGRET_PER_ROW = 0.4;

/** The way back to LRU is shorter. */
const BACK_TO_LRU = 0.5;

const MOST_RELUCTANCE = 16;

/** Uses a row after which half the reluctance is gone. */
const USES_TO_FORGET = 64;

interface Used {
  readonly hash: number;
  readonly bytes: number;
}

function compare(miniature: MiniSimulation, isHit: boolean, isHitOfChosen: boolean): void {
  if (isHit === isHitOfChosen) return;
  miniature.regret = Math.max(0, miniature.regret + (isHit ? 1 : -1));
}

/** The miniature that does best so far, which at first is LRU: another is chosen when enough hits were missed without it. */
export class WindowChoice {
  readonly #lru: MiniSimulation;
  readonly #miniatures: readonly MiniSimulation[];
  #chosen: MiniSimulation;
  #reluctance = 1;
  #uses = 0;

  constructor(lru: MiniSimulation, others: readonly MiniSimulation[]) {
    this.#lru = lru;
    this.#miniatures = [lru, ...others];
    this.#chosen = lru;
  }

  get windowShare(): number {
    return this.#chosen.windowShare;
  }

  use({ hash, bytes }: Used, wasKept: boolean): void {
    const isHit = this.#chosen.use(hash, bytes);
    for (const miniature of this.#miniatures) {
      if (miniature === this.#chosen) continue;
      // LRU is what the store itself must not fall behind, whatever a miniature made of the choice.
      const isHitOfChosen = miniature === this.#lru ? wasKept : isHit;
      compare(miniature, miniature.use(hash, bytes), isHitOfChosen);
    }
    this.#forget();
    this.#choose();
  }

  #forget(): void {
    this.#uses += 1;
    if (this.#uses < USES_TO_FORGET * this.#lru.count) return;
    this.#uses = 0;
    this.#reluctance = Math.max(1, this.#reluctance / 2);
  }

  #choose(): void {
    let best = this.#chosen;
    for (const miniature of this.#miniatures) if (miniature.regret > best.regret) best = miniature;
    if (best.regret <= this.#enough(best)) return;
    // Phases that take turns would have it change at the end of each: what came back does not soon leave again.
    if (best === this.#lru) this.#reluctance = Math.min(MOST_RELUCTANCE, this.#reluctance * 2);
    this.#chosen = best;
    for (const miniature of this.#miniatures) miniature.regret = 0;
  }

  #enough(miniature: MiniSimulation): number {
    const perRow = miniature === this.#lru ? BACK_TO_LRU : this.#reluctance;
    return LEAST_REGRET + REGRET_PER_ROW * perRow * miniature.count;
  }
}

/** A window of all the room is LRU, which chats and bursts want. What is run again wants one of a fiftieth. */
const SHARE_OF_LRU = 1;

const OTHER_SHARES = [0.2, 0.02];

/** Keys in a miniature, at most. A loop that is hardly longer than the store shows itself in large samples only. */
const LARGEST_SAMPLE = 2_048;

/**
 * Which size of the window suits the traffic: each is tried in miniature, on a sample of the keys, and the best so far
 * is what the store uses (Einziger et al., "Adaptive Software Cache Management", 2018).
 */
export class AdaptiveWindow {
  readonly #bounds: MemoryBounds;
  readonly #miniatures: readonly MiniSimulation[];
  readonly #choice: WindowChoice;
  #keysPerSample = 1;

  constructor(sketch: FrequencySketch, bounds: MemoryBounds) {
    const lru = new MiniSimulation(sketch, bounds, SHARE_OF_LRU);
    const others = OTHER_SHARES.map((share) => new MiniSimulation(sketch, bounds, share));
    this.#bounds = bounds;
    this.#miniatures = [lru, ...others];
    this.#choice = new WindowChoice(lru, others);
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
