import type { Miniature } from './memory-miniature.ts';

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

function compare(miniature: Miniature, isHit: boolean, isHitOfChosen: boolean): void {
  if (isHit === isHitOfChosen) return;
  miniature.regret = Math.max(0, miniature.regret + (isHit ? 1 : -1));
}

/** The miniature that does best so far, which at first is LRU: another is chosen when enough hits were missed without it. */
export class MemoryChoice {
  readonly #lru: Miniature;
  readonly #miniatures: readonly Miniature[];
  #chosen: Miniature;
  #reluctance = 1;
  #uses = 0;

  constructor(lru: Miniature, others: readonly Miniature[]) {
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

  #enough(miniature: Miniature): number {
    const perRow = miniature === this.#lru ? BACK_TO_LRU : this.#reluctance;
    return LEAST_REGRET + REGRET_PER_ROW * perRow * miniature.count;
  }
}
