import { randomUUID } from 'node:crypto';
import type { Seal } from '../entry/seal.ts';
import { digest } from '../key/digest.ts';
import type { Rows, Texts } from '../store/rows.ts';
import { type MarkerPlace, MarkerPlaces } from './marker-places.ts';
import { type Marker, type Markers, NO_MARKERS, readMarker } from './tags.ts';

/** Remembered markers: a bound, since tags are the user's. */
const MOST = 10_000;

/**
 * A marker that does not open says that something was said of its tag: whoever can change it can void
 * entries, and not bring them back. (Who can remove it can, where no process remembers it.)
 */
const unreadable = (row: string): Marker => ({ generation: digest(row) });

/**
 * The markers of one namespace, as the store holds them and as this process has seen them. Each secret has
 * its own, and what is said of a tag is said under all of them: a process that has an older secret only hears of it.
 */
export class MarkerBoard {
  readonly #rows: Rows;
  readonly places: MarkerPlaces;
  /** A store may lose a marker before its entries (eviction): what was invalidated here stays so. */
  readonly #seen = new Map<string, Marker>();
  /** Markers that are on their way into the store, or did not get there: what is there is older. */
  readonly #untold = new Map<string, Marker>();

  constructor(rows: Rows, prefix: string, seals: readonly Seal[]) {
    this.#rows = rows;
    this.places = new MarkerPlaces(prefix, seals);
  }

  marksOf(tags: readonly string[]): readonly string[] {
    return this.places.marksOf(tags);
  }

  /** What the rows of these places say; other rows may come before them. */
  take(places: readonly MarkerPlace[], rows: Texts): Markers {
    let markers: Map<string, Marker> | undefined; // most often there are none
    let index = rows.length - places.length;
    for (const place of places) {
      const marker = this.#markerIn(rows[index++], place);
      if (marker === undefined) continue;
      markers ??= new Map();
      markers.set(place.mark, marker);
      this.#remember(place.mark, marker);
    }
    return markers ?? NO_MARKERS;
  }

  /** Nothing where the store does not say: an entry whose tags cannot be checked answers nobody. */
  async read(tags: readonly string[]): Promise<Markers | undefined> {
    const places = this.places.of(tags);
    const rows = await this.#rows.read(places.map(({ key }) => key));
    return rows === undefined ? undefined : this.take(places, rows);
  }

  /** Every entry with this tag is gone. False when the store could not be told. */
  invalidate(tag: string): Promise<boolean> {
    const generation = randomUUID();
    return this.#postAll(tag, () => ({ generation }));
  }

  /** Every entry with this tag that was stored until `now` is stale; `served` is the model since then. */
  async expire(tag: string, now: number, served?: string): Promise<boolean> {
    const markers = await this.read([tag]);
    const lastOf = (mark: string) => (markers ?? this.#seen).get(mark)?.generation ?? '';
    return this.#postAll(tag, (mark) => ({ generation: lastOf(mark), expiredAt: now, served }));
  }

  async #postAll(tag: string, markerOf: (mark: string) => Marker): Promise<boolean> {
    const posts = this.places.of([tag]).map((place) => this.#post(place, markerOf(place.mark)));
    return (await Promise.all(posts)).every((isTold) => isTold);
  }

  async #post({ mark, key, seal }: MarkerPlace, marker: Marker): Promise<boolean> {
    this.#remember(mark, marker);
    this.#untold.set(mark, marker);
    const row = seal.sealText(key, JSON.stringify(marker));
    // Without a ttl: a marker has to outlive every entry it speaks of.
    const isTold = await this.#rows.write(key, row, undefined);
    if (isTold && this.#untold.get(mark) === marker) this.#untold.delete(mark);
    return isTold;
  }

  #markerIn(row: string | undefined, { mark, key, seal }: MarkerPlace): Marker | undefined {
    const untold = this.#untold.get(mark);
    if (untold !== undefined || row === undefined) return untold ?? this.#seen.get(mark);
    return readMarker(seal.openText(key, row)) ?? unreadable(row);
  }

  #remember(mark: string, marker: Marker): void {
    this.#seen.delete(mark);
    this.#seen.set(mark, marker);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST && oldest !== undefined) this.#seen.delete(oldest);
  }
}
