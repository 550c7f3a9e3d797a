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
  /** Tags whose marker is on its way into the store: what is still there is older. */
  readonly #posting = new Map<string, number>();

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
      const own = this.#seen.get(tag);
      const marker = this.#posting.has(tag) ? own : (readMarker(rows[index]) ?? own);
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
    this.#posting.set(tag, (this.#posting.get(tag) ?? 0) + 1);
    // Without a ttl: a marker has to outlive every entry it speaks of.
    const isPosted = await this.#rows.write(this.#keyOf(tag), JSON.stringify(marker), undefined);
    const others = (this.#posting.get(tag) ?? 1) - 1;
    if (others > 0) this.#posting.set(tag, others);
    else this.#posting.delete(tag);
    return isPosted;
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
