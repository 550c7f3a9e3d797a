import { randomUUID } from 'node:crypto';
import type { GuardedStore } from './guarded-store.ts';
import { type Marker, type Markers, markerKey, readMarker } from './tags.ts';

/** Remembered markers: a bound, since tags are the user's. */
const MOST = 10_000;

/** The markers of one namespace, as the store holds them and as this process has seen them. */
export class MarkerBoard {
  readonly #rows: GuardedStore;
  readonly #prefix: string;
  /** A store may lose a marker before its entries (eviction): what was invalidated here stays so. */
  readonly #seen = new Map<string, Marker>();
  readonly #keys = new Map<string, string>();
  /** Markers that are on their way into the store, or did not get there: what is there is older. */
  readonly #untold = new Map<string, Marker>();

  constructor(rows: GuardedStore, prefix: string) {
    this.#rows = rows;
    this.#prefix = prefix;
  }

  keysOf(tags: readonly string[]): string[] {
    return tags.map((tag) => this.#keyOf(tag));
  }

  /** What the rows under `keysOf(tags)` say. */
  take(tags: readonly string[], rows: readonly (string | undefined)[]): Markers {
    const markers = new Map<string, Marker>();
    tags.forEach((tag, index) => {
      const marker = this.#untold.get(tag) ?? readMarker(rows[index]) ?? this.#seen.get(tag);
      if (marker === undefined) return;
      markers.set(tag, marker);
      this.#remember(tag, marker);
    });
    return markers;
  }

  /** Nothing where the store does not say: an entry whose tags cannot be checked answers nobody. */
  async read(tags: readonly string[]): Promise<Markers | undefined> {
    const rows = await this.#rows.read(this.keysOf(tags));
    return rows === undefined ? undefined : this.take(tags, rows);
  }

  /** Every entry with this tag is gone. False when the store could not be told. */
  invalidate(tag: string): Promise<boolean> {
    return this.#post(tag, { generation: randomUUID() });
  }

  /** Every entry with this tag that was stored until `now` is stale. */
  async expire(tag: string, now: number): Promise<boolean> {
    const generation = (await this.read([tag]))?.get(tag)?.generation ?? '';
    return this.#post(tag, { generation, expiredAt: now });
  }

  async #post(tag: string, marker: Marker): Promise<boolean> {
    this.#remember(tag, marker);
    this.#untold.set(tag, marker);
    // Without a ttl: a marker has to outlive every entry it speaks of.
    const isTold = await this.#rows.write(this.#keyOf(tag), JSON.stringify(marker), undefined);
    if (isTold && this.#untold.get(tag) === marker) this.#untold.delete(tag);
    return isTold;
  }

  #remember(tag: string, marker: Marker): void {
    this.#seen.delete(tag);
    this.#seen.set(tag, marker);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST && oldest !== undefined) this.#seen.delete(oldest);
  }

  #keyOf(tag: string): string {
    const known = this.#keys.get(tag);
    if (known !== undefined) return known;
    if (this.#keys.size >= MOST) this.#keys.clear();
    const key = markerKey(this.#prefix, tag);
    this.#keys.set(tag, key);
    return key;
  }
}
