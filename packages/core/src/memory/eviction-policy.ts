import { FrequencySketch } from './frequency-sketch.ts';

import {
  type EvictionMode,
  exceeds,
  type MemoryBounds,
  type OrderNode,
  TinyLfuOrder,
} from './tiny-lfu.ts';

interface SimulatedRow extends OrderNode<SimulatedRow> {}

type UsedRow = Pick<SimulatedRow, 'hash' | 'bytes'>;

/** A store without values that holds a sample of the keys. It shows what a window of another size would store. */
class MiniSimulation {
  readonly #rows = new Map<number, SimulatedRow>();
  readonly #order: TinyLfuOrder<SimulatedRow>;
  readonly mode: EvictionMode;
  /** The recent hits of this mode that the chosen one did not have. */
  regret = 0;

  constructor(sketch: FrequencySketch, bounds: MemoryBounds, mode: EvictionMode) {
    this.#order = new TinyLfuOrder(sketch, bounds, mode);
    this.mode = mode;
  }

  get count(): number {
    return this.#rows.size;
  }

  /** Stores the row, and returns whether it was there before. */
  use({ hash, bytes }: UsedRow): boolean {
    const found = this.#rows.get(hash);
    if (found?.bytes === bytes) {
      this.#order.touch(found);
      return true;
    }
    if (found !== undefined) this.#order.remove(found);
    const row = {
      hash,
      bytes,
      uses: 0,
      worth: Number.NaN,
      list: undefined,
      newer: undefined,
      older: undefined,
    };
    this.#rows.set(hash, row);
    this.#order.add(row);
    while (this.#order.isOver) this.#remove(this.#order.victim());
    return found !== undefined;
  }

  compare(isHit: boolean, isHitOfChosen: boolean): void {
    if (isHit === isHitOfChosen) return;
    this.regret = Math.max(0, this.regret + (isHit ? 1 : -1));
  }

  /** From now on it holds a smaller sample of the keys. */
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

/** A switch of the window costs hits. It has to be worth these: some in any case, and some for each row. */
const LEAST_REGRET = 10;

const REGRET_PER_ROW = 0.4;

/** Switching back to LRU needs less. */
const COST_OF_LRU = 0.5;

const HIGHEST_COST = 16;

/** After this many uses for each row, the cost of switching is halved. */
const USES_TO_HALVE_COST = 64;

/** Chats and bursts want LRU, which is a window of all the room. Repeated suites want a window of a fiftieth. */
const LRU: EvictionMode = { windowShare: 1, admitsAll: true };

const OTHERS: readonly EvictionMode[] = [
  { windowShare: 0.2, admitsAll: true },
  { windowShare: 0.02, admitsAll: false },
];

/** The most keys in a simulation. A loop that is hardly longer than the store is seen in large samples only. */
const LARGEST_SAMPLE = 2_048;

/**
 * Finds the mode that suits the traffic. Each is simulated on a sample of the keys, and the store uses the
 * best so far (Einziger et al., "Adaptive Software Cache Management", 2018). The first is LRU; another is chosen
 * when the chosen one has missed enough hits.
 */
class AdaptiveWindow {
  readonly #bounds: MemoryBounds;
  readonly #lru: MiniSimulation;
  readonly #simulations: readonly MiniSimulation[];
  #chosen: MiniSimulation;
  #switchingCost = 1;
  #uses = 0;
  #keysPerSample = 1;

  constructor(sketch: FrequencySketch, bounds: MemoryBounds) {
    this.#bounds = bounds;
    this.#lru = new MiniSimulation(sketch, bounds, LRU);
    const others = OTHERS.map((mode) => new MiniSimulation(sketch, bounds, mode));
    this.#simulations = [this.#lru, ...others];
    this.#chosen = this.#lru;
  }

  get mode(): EvictionMode {
    return this.#chosen.mode;
  }

  /** A row was used. `wasStored`: the store had it before. */
  use(row: UsedRow, wasStored: boolean): void {
    if (!this.#isSampled(row.hash)) return;
    this.#simulate(row, wasStored);
    this.#lowerCost();
    this.#choose();
    if (this.#simulations.some(({ count }) => count > LARGEST_SAMPLE)) this.#narrow();
  }

  #simulate(row: UsedRow, wasStored: boolean): void {
    const isHit = this.#chosen.use(row);
    for (const simulation of this.#simulations) {
      if (simulation === this.#chosen) continue;
      // The store itself must not be worse than LRU, whatever the simulation of the chosen size shows.
      const isHitOfChosen = simulation === this.#lru ? wasStored : isHit;
      simulation.compare(simulation.use(row), isHitOfChosen);
    }
  }

  #lowerCost(): void {
    this.#uses += 1;
    if (this.#uses < USES_TO_HALVE_COST * this.#lru.count) return;
    this.#uses = 0;
    this.#switchingCost = Math.max(1, this.#switchingCost / 2);
  }

  #choose(): void {
    let best = this.#chosen;
    for (const other of this.#simulations) if (other.regret > best.regret) best = other;
    if (best.regret <= this.#costOf(best)) return;
    // Where two kinds of traffic alternate, a switch at the end of each would come too late every time.
    if (best === this.#lru) this.#switchingCost = Math.min(HIGHEST_COST, this.#switchingCost * 2);
    this.#chosen = best;
    for (const simulation of this.#simulations) simulation.regret = 0;
  }

  #costOf(simulation: MiniSimulation): number {
    const factor = simulation === this.#lru ? COST_OF_LRU : this.#switchingCost;
    return LEAST_REGRET + REGRET_PER_ROW * factor * this.#lru.count;
  }

  /** These are other bits than those by which the sketch finds its counters. */
  #isSampled(hash: number): boolean {
    return ((hash >>> 12) & (this.#keysPerSample - 1)) === 0;
  }

  #narrow(): void {
    this.#keysPerSample *= 2;
    const bounds = {
      maxEntries: this.#bounds.maxEntries / this.#keysPerSample,
      maxBytes: this.#bounds.maxBytes / this.#keysPerSample,
    };
    for (const simulation of this.#simulations) {
      simulation.narrow(bounds, (hash) => this.#isSampled(hash));
    }
  }
}

const HALF = 0.5;

/** Which row is evicted next: W-TinyLFU, with a window that adapts to the traffic. */
export class EvictionPolicy<Row extends OrderNode<Row>> {
  readonly #sketch = new FrequencySketch();
  readonly #window: AdaptiveWindow;
  readonly #bounds: MemoryBounds;
  readonly #order: TinyLfuOrder<Row>;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
    this.#window = new AdaptiveWindow(this.#sketch, bounds);
    this.#order = new TinyLfuOrder(this.#sketch, bounds, this.#window.mode);
  }

  get bytes(): number {
    return this.#order.bytes;
  }

  get isOver(): boolean {
    return this.#order.isOver;
  }

  add(row: Row): void {
    this.#sketch.reserve(this.#order.count + 1);
    this.#count(row, false);
    this.#order.add(row);
  }

  /** Puts `row` in the place of `before`, which has the same key. */
  replace(before: Row, row: Row): void {
    this.#order.remove(before);
    this.#count(row, true);
    this.#order.add(row);
  }

  /** While the store is at most half full, no row will soon be evicted, and uses are not counted. */
  touch(row: Row): void {
    if (!exceeds(this.#order, this.#bounds, HALF)) return;
    this.#count(row, true);
    this.#order.touch(row);
  }

  remove(row: Row): void {
    this.#order.remove(row);
  }

  victim(): Row | undefined {
    return this.#order.victim();
  }

  #count(row: Row, wasStored: boolean): void {
    this.#sketch.add(row.hash);
    this.#window.use(row, wasStored);
    this.#order.mode = this.#window.mode;
  }
}
