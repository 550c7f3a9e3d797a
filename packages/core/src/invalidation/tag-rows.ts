import type { Encryptions } from '../entry/index.ts';
import { BoundedMap, digest } from '../key/index.ts';
import type { RowStore } from '../store/index.ts';
import { keyRowKey, parseTagState, type TagRow, type TagState, tagRowKey } from './tag-state.ts';

/** Tags that are remembered. Bounded because tags are the user's. */
export const MAX_KNOWN_TAGS = 10_000;

/** The rows that hold the states of tags and of keys. Each secret has its own rows. */
export class TagRows {
  readonly #prefix: string;
  readonly #encryptions: Encryptions;
  readonly #copiesOf: (key: string) => readonly string[];
  readonly #rows = new BoundedMap<string, readonly TagRow[]>(MAX_KNOWN_TAGS);

  constructor(prefix: string, encryptions: Encryptions, store: Pick<RowStore, 'copiesOf'>) {
    this.#prefix = prefix;
    this.#encryptions = encryptions;
    this.#copiesOf = (key) => store.copiesOf(key);
  }

  /** The rows of these tags: for each tag and secret one, or as many as the store wants copies. */
  of(tags: readonly string[]): readonly TagRow[] {
    return tags.flatMap((tag) => this.#rows.get(tag) ?? this.#make(tag));
  }

  /** The rows of an entry's key, and of its keys under older secrets. Each is beside its entry, and is lost with it. */
  ofKeys(keys: readonly string[]): readonly TagRow[] {
    const [newest] = this.#encryptions;
    return keys.map((key, index) => ({
      generationName: key,
      key: keyRowKey(this.#prefix, key),
      encryption: this.#encryptions[index] ?? newest,
      isOfKey: true,
    }));
  }

  #make(tag: string): readonly TagRow[] {
    const rows = this.#encryptions.flatMap((encryption) => {
      const name = encryption.generationName(tag);
      const keys = this.#copiesOf(tagRowKey(this.#prefix, tag, encryption));
      return keys.map((key, copy) => {
        const generationName = copy === 0 ? name : `${copy + 1} ${name}`;
        return { generationName, key, encryption, isOfKey: false };
      });
    });
    this.#rows.set(tag, rows);
    return rows;
  }
}

export const namesOf = (rows: readonly TagRow[]) =>
  rows.map(({ generationName }) => generationName);

/**
 * The state in the text of a row. A row that cannot be read is taken for an unknown generation: whoever can change the
 * row can invalidate entries but cannot bring them back.
 */
export function stateOf(text: string, { key, encryption }: TagRow): TagState {
  const state = parseTagState(encryption.decryptText(key, text));
  return state ?? { generation: digest(text), isChanged: true };
}

/** The text of a row that holds this state. */
export const textOfState = ({ key, encryption }: TagRow, state: TagState) =>
  encryption.encryptText(key, JSON.stringify(state));
