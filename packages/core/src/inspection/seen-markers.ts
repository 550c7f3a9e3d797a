import type { MarkerBoard } from '../invalidation/marker-board.ts';
import type { Marker, Markers } from '../invalidation/tags.ts';

/** Remembered for the length of a scan: a bound, since tags are the user's. */
const MOST = 10_000;

/** What the store says of tags, asked once for each: also that it says nothing. */
export class SeenMarkers {
  readonly #board: MarkerBoard;
  readonly #tags = new Set<string>();
  readonly #markers = new Map<string, Marker>();

  constructor(board: MarkerBoard) {
    this.#board = board;
  }

  /** @throws where the store does not answer: nothing can be said of entries then. */
  async of(tags: readonly string[]): Promise<Markers> {
    if (this.#tags.size > MOST) this.#forget();
    const unknown = [...new Set(tags)].filter((tag) => !this.#tags.has(tag));
    if (unknown.length === 0) return this.#markers;
    const found = await this.#board.read(unknown);
    if (found === undefined) throw new Error('The store does not say what was invalidated.');
    for (const tag of unknown) this.#tags.add(tag);
    for (const [mark, marker] of found) this.#markers.set(mark, marker);
    return this.#markers;
  }

  #forget(): void {
    this.#tags.clear();
    this.#markers.clear();
  }
}
