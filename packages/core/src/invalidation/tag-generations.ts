import { randomUUID } from 'node:crypto';
import { NO_SEAL, type Seal } from '../entry/index.ts';
import { digest } from '../key/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import { type Marker, type Markers, markerKey, NO_MARKERS, readMarker } from './tag-state.ts';

/** Where one secret, or none, keeps what is said of a tag. */
export interface MarkerPlace {
  /** Its name in entries: what is said under a secret concerns those who know that secret. */
  readonly mark: string;
  readonly key: string;
  readonly seal: Seal;
}

/** Remembered places: a bound, since tags are the user's. */
const MAX_KNOWN_TAGS = 10_000;

/** The places of tags: one for each secret. */
export class MarkerPlaces {
  readonly #prefix: string;
  readonly #seals: readonly Seal[];
  readonly #isOpen: boolean;
  readonly #known = new Map<string, readonly MarkerPlace[]>();
  readonly #lists = new WeakMap<readonly string[], readonly MarkerPlace[]>();

  constructor(prefix: string, seals: readonly Seal[]) {
    this.#prefix = prefix;
    this.#seals = seals;
    this.#isOpen = seals.length === 1 && seals[0] === NO_SEAL;
  }

  /** A hit asks for them: without a secret a tag is its own mark. */
  marksOf(tags: readonly string[]): readonly string[] {
    return this.#isOpen ? tags : this.of(tags).map(({ mark }) => mark);
  }

  /** Of a list that comes again: it is not to change. */
  of(tags: readonly string[]): readonly MarkerPlace[] {
    const known = this.#lists.get(tags);
    if (known !== undefined) return known;
    const places = tags.flatMap((tag) => this.#of(tag));
    this.#lists.set(tags, places);
    return places;
  }

  #of(tag: string): readonly MarkerPlace[] {
    const known = this.#known.get(tag);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN_TAGS) this.#known.clear();
    const places = this.#seals.map((seal) => ({
      mark: this.#isOpen ? tag : `${seal.id} ${tag}`,
      key: markerKey(this.#prefix, tag, seal),
      seal,
    }));
    this.#known.set(tag, places);
    return places;
  }
}

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
  readonly #rows: RowStore;
  readonly places: MarkerPlaces;
  /** A store may lose a marker before its entries (eviction): what was invalidated here stays so. */
  readonly #seen = new Map<string, Marker>();
  /** Markers that are on their way into the store, or did not get there: what is there is older. */
  readonly #untold = new Map<string, Marker>();

  constructor(rows: RowStore, prefix: string, seals: readonly Seal[]) {
    this.#rows = rows;
    this.places = new MarkerPlaces(prefix, seals);
  }

  marksOf(tags: readonly string[]): readonly string[] {
    return this.places.marksOf(tags);
  }

  /** What the rows of these places say; other rows may come before them. */
  take(places: readonly MarkerPlace[], rows: RowTexts): Markers {
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
