import type { Encryptions } from '../entry/index.ts';
import { BoundedMap, digest } from '../key/index.ts';
import {
  FIRST_TAG_STATE,
  keyRowKey,
  parseTagState,
  type TagRow,
  type TagState,
  tagRowKey,
} from './tag-state.ts';

/** Tags that are remembered. Bounded because tags are the user's. */
export const MAX_KNOWN_TAGS = 10_000;

/**
 * An invalidated key has lost its entry. Its state is for the calls that were under way then, and for their answers if
 * those reach the store all the same, so that it need not last for ever.
 */
const KEY_STATE_TTL = 30 * 24 * 60 * 60_000;

/** The rows that hold the states of tags and of keys. Each secret has its own rows. */
export class TagRows {
  readonly #prefix: string;
  readonly #encryptions: Encryptions;
  readonly #rows = new BoundedMap<string, readonly TagRow[]>(MAX_KNOWN_TAGS);

  constructor(prefix: string, encryptions: Encryptions) {
    this.#prefix = prefix;
    this.#encryptions = encryptions;
  }

  /** The rows of these tags, one for each tag and secret. */
  of(tags: readonly string[]): readonly TagRow[] {
    return tags.flatMap((tag) => this.#rows.get(tag) ?? this.#make(tag));
  }

  /** The rows of an entry's key, and of its keys under older secrets. */
  ofKeys(keys: readonly string[]): readonly TagRow[] {
    const [newest] = this.#encryptions;
    return keys.map((key, index) => ({
      generationName: key,
      key: keyRowKey(this.#prefix, key),
      encryption: this.#encryptions[index] ?? newest,
      ttl: KEY_STATE_TTL,
    }));
  }

  #make(tag: string): readonly TagRow[] {
    const rows = this.#encryptions.map((encryption) => ({
      generationName: encryption.generationName(tag),
      key: tagRowKey(this.#prefix, tag, encryption),
      encryption,
    }));
    this.#rows.set(tag, rows);
    return rows;
  }
}

export const namesOf = (rows: readonly TagRow[]) =>
  rows.map(({ generationName }) => generationName);

/**
 * The state in the text of a row; without a text, the first state. A row that cannot be read is taken for an unknown
 * generation: whoever can change the row can invalidate entries but cannot bring them back. (Whoever can remove it can,
 * if no process remembers the state.)
 */
export function stateOf(text: string | undefined, { key, encryption }: TagRow): TagState {
  if (text === undefined) return FIRST_TAG_STATE;
  return parseTagState(encryption.decryptText(key, text)) ?? { generation: digest(text) };
}
