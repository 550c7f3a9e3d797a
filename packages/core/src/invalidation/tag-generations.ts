import { randomUUID } from 'node:crypto';
import { type Encryption, NO_ENCRYPTION } from '../entry/index.ts';
import { digest } from '../key/index.ts';
import type { RowStore, RowTexts } from '../store/index.ts';
import {
  NO_TAG_STATES,
  parseTagState,
  type TagState,
  type TagStates,
  tagRowKey,
} from './tag-state.ts';

/** Where one secret, or none, keeps what is said of a tag. */
export interface TagRow {
  /** Its name in entries: what is said under a secret concerns those who know that secret. */
  readonly generationName: string;
  readonly key: string;
  readonly encryption: Encryption;
}

/** Remembered places: a bound, since tags are the user's. */
const MAX_KNOWN_TAGS = 10_000;

/** The places of tags: one for each secret. */
export class TagRows {
  readonly #prefix: string;
  readonly #encryptions: readonly Encryption[];
  readonly #isOpen: boolean;
  readonly #known = new Map<string, readonly TagRow[]>();
  readonly #lists = new WeakMap<readonly string[], readonly TagRow[]>();

  constructor(prefix: string, encryptions: readonly Encryption[]) {
    this.#prefix = prefix;
    this.#encryptions = encryptions;
    this.#isOpen = encryptions.length === 1 && encryptions[0] === NO_ENCRYPTION;
  }

  /** A hit asks for them: without a secret a tag is its own mark. */
  generationNames(tags: readonly string[]): readonly string[] {
    return this.#isOpen ? tags : this.of(tags).map(({ generationName }) => generationName);
  }

  /** Of a list that comes again: it is not to change. */
  of(tags: readonly string[]): readonly TagRow[] {
    const known = this.#lists.get(tags);
    if (known !== undefined) return known;
    const places = tags.flatMap((tag) => this.#of(tag));
    this.#lists.set(tags, places);
    return places;
  }

  #of(tag: string): readonly TagRow[] {
    const known = this.#known.get(tag);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN_TAGS) this.#known.clear();
    const places = this.#encryptions.map((encryption) => ({
      generationName: this.#isOpen ? tag : `${encryption.id} ${tag}`,
      key: tagRowKey(this.#prefix, tag, encryption),
      encryption: encryption,
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
const unreadable = (row: string): TagState => ({ generation: digest(row) });

/**
 * The markers of one namespace, as the store holds them and as this process has seen them. Each secret has
 * its own, and what is said of a tag is said under all of them: a process that has an older secret only hears of it.
 */
export class TagGenerations {
  readonly #rows: RowStore;
  readonly rows: TagRows;
  /** A store may lose a marker before its entries (eviction): what was invalidated here stays so. */
  readonly #seen = new Map<string, TagState>();
  /** Markers that are on their way into the store, or did not get there: what is there is older. */
  readonly #untold = new Map<string, TagState>();

  constructor(rows: RowStore, prefix: string, encryptions: readonly Encryption[]) {
    this.#rows = rows;
    this.rows = new TagRows(prefix, encryptions);
  }

  generationNames(tags: readonly string[]): readonly string[] {
    return this.rows.generationNames(tags);
  }

  /** What the rows of these places say; other rows may come before them. */
  take(places: readonly TagRow[], rows: RowTexts): TagStates {
    let tagStates: Map<string, TagState> | undefined; // most often there are none
    let index = rows.length - places.length;
    for (const place of places) {
      const tagState = this.#markerIn(rows[index++], place);
      if (tagState === undefined) continue;
      tagStates ??= new Map();
      tagStates.set(place.generationName, tagState);
      this.#remember(place.generationName, tagState);
    }
    return tagStates ?? NO_TAG_STATES;
  }

  /** Nothing where the store does not say: an entry whose tags cannot be checked answers nobody. */
  async read(tags: readonly string[]): Promise<TagStates | undefined> {
    const places = this.rows.of(tags);
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
    const tagStates = await this.read([tag]);
    const lastOf = (mark: string) => (tagStates ?? this.#seen).get(mark)?.generation ?? '';
    return this.#postAll(tag, (mark) => ({ generation: lastOf(mark), expiredAt: now, served }));
  }

  async #postAll(tag: string, markerOf: (mark: string) => TagState): Promise<boolean> {
    const posts = this.rows
      .of([tag])
      .map((place) => this.#post(place, markerOf(place.generationName)));
    return (await Promise.all(posts)).every((isTold) => isTold);
  }

  async #post({ generationName, key, encryption }: TagRow, tagState: TagState): Promise<boolean> {
    this.#remember(generationName, tagState);
    this.#untold.set(generationName, tagState);
    const row = encryption.encryptText(key, JSON.stringify(tagState));
    // Without a ttl: a marker has to outlive every entry it speaks of.
    const isTold = await this.#rows.write(key, row, undefined);
    if (isTold && this.#untold.get(generationName) === tagState)
      this.#untold.delete(generationName);
    return isTold;
  }

  #markerIn(
    row: string | undefined,
    { generationName, key, encryption }: TagRow,
  ): TagState | undefined {
    const untold = this.#untold.get(generationName);
    if (untold !== undefined || row === undefined) return untold ?? this.#seen.get(generationName);
    return parseTagState(encryption.decryptText(key, row)) ?? unreadable(row);
  }

  #remember(mark: string, tagState: TagState): void {
    this.#seen.delete(mark);
    this.#seen.set(mark, tagState);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST && oldest !== undefined) this.#seen.delete(oldest);
  }
}
