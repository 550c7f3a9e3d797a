import { NO_SEAL, type Seal } from '../entry/seal.ts';
import { markerKey } from './tags.ts';

/** Where one secret, or none, keeps what is said of a tag. */
export interface MarkerPlace {
  /** Its name in entries: what is said under a secret concerns those who know that secret. */
  readonly mark: string;
  readonly key: string;
  readonly seal: Seal;
}

/** Remembered places: a bound, since tags are the user's. */
const MOST = 10_000;

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
    if (this.#known.size >= MOST) this.#known.clear();
    const places = this.#seals.map((seal) => ({
      mark: this.#isOpen ? tag : `${seal.id} ${tag}`,
      key: markerKey(this.#prefix, tag, seal),
      seal,
    }));
    this.#known.set(tag, places);
    return places;
  }
}
