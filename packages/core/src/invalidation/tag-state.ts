import { type Encryption, type Encryptions, type EntryHeader, parseJson } from '../entry/index.ts';
import { BoundedMap, digest } from '../key/index.ts';
import type { RowStore } from '../store/index.ts';

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

/**
 * What is known of a tag, or of a key. It is stored as one small row. Its words are compared and never ordered, so that
 * no clock matters. In a store that may lose rows, every tag and key has a state before an entry is stored under it.
 */
export interface TagState {
  /** Entries of another generation are invalid. It is random, so that a state which was lost and made anew is another. */
  readonly generation: string;
  /** It was invalidated or expired, and not only made because an entry needs it. */
  readonly isChanged?: boolean | undefined;
  /** When the store removes the row. Milliseconds since 1970. @default never */
  readonly until?: number | undefined;
  /** Entries of this generation that do not name this word are stale: their calls began before the expiry. */
  readonly expiry?: string | undefined;
  /** When it expired. Milliseconds since 1970. */
  readonly expiredAt?: number | undefined;
  /** The model that answered last, where the tag stands for a model's name. */
  readonly served?: string | undefined;
}

/** Where the state of a tag, or of a key, is stored under one secret, or without one. */
export interface TagRow {
  /** The name of the generation in entries. Each secret has its own generations. */
  readonly generationName: string;
  readonly key: string;
  readonly encryption: Encryption;
  /** It is the state of one key, and not of a tag. */
  readonly isOfKey: boolean;
}

/** States by generation name; see `TagGenerations.generationNames`. What is missing is not known, or was never changed. */
export type TagStates = ReadonlyMap<string, TagState>;

/** No state is known. */
export const NO_TAG_STATES: TagStates = new Map();

/** The state of a tag that was never changed, in a store that loses no rows. */
export const FIRST_TAG_STATE: TagState = { generation: '' };

/** The tag of every entry of a namespace. */
export const ALL_ENTRIES_TAG = '*';

/** The tag of every entry of a provider. */
export const providerTag = (provider: string) => `provider:${provider}`;

/** The tag of every entry of a model. */
export const modelTag = (model: string) => `model:${model}`;

/** A tag that the user gave. */
export const userTag = (tag: string) => `tag:${tag}`;

/** The key of the row that holds a tag's state. A cluster places each of them by itself. */
export function tagRowKey(prefix: string, tag: string, encryption: Encryption): string {
  return `${prefix}tag:${encryption.keyNameOf('tag', tag)}`;
}

/**
 * The key of the row that holds the state of an entry's key. It starts as the rows of tags do, and Redis Cluster places
 * it beside the entry itself.
 */
function keyRowKey(prefix: string, key: string): string {
  return `${prefix}tag:{${key}}`;
}

/** The state in the text of a row, or nothing where the text holds no state. */
export function parseTagState(text: string | undefined): TagState | undefined {
  if (text === undefined) return undefined;
  try {
    const state = parseJson(text) as Partial<TagState> | null;
    return typeof state?.generation === 'string' ? (state as TagState) : undefined;
  } catch {
    return undefined;
  }
}

/** Every tag of an entry: those that all entries have, and those of the user. */
export function tagsOfEntry(header: Pick<EntryHeader, 'provider' | 'model' | 'tags'>): string[] {
  const tags = [ALL_ENTRIES_TAG, providerTag(header.provider)];
  if (header.model !== undefined) tags.push(modelTag(header.model));
  return header.tags === undefined ? tags : [...tags, ...header.tags.map(userTag)];
}

/** What an entry that is stored in this state says of it: its generation, and its expiry after a space. */
function generationIn({ generation, expiry }: TagState): string {
  return expiry === undefined ? generation : `${generation} ${expiry}`;
}

/** The generations that an entry written now belongs to. The first generation of a tag is left out. */
export function generationsOf(
  generationNames: Iterable<string>,
  states: TagStates,
): Record<string, string> {
  const generations: Record<string, string> = {};
  if (states.size === 0) return generations;
  for (const name of generationNames) {
    const generation = generationIn(states.get(name) ?? FIRST_TAG_STATE);
    if (generation !== '') generations[name] = generation;
  }
  return generations;
}

/** Was one of these changed? */
export function haveChanged(generationNames: readonly string[], states: TagStates): boolean {
  return generationNames.some((name) => states.get(name)?.isChanged === true);
}

/** Whose states an entry depends on, by the names of their generations. */
export interface DependedOn {
  /** For each tag and each secret, the names of its copies. */
  readonly tags: readonly string[];
  readonly keys: readonly string[];
}

/** The header of an entry that is stale from `staleFrom` on: unchanged, stale before its time, or undefined if it is invalid. */
export function withStaleFrom(
  header: EntryHeader,
  staleFrom: number,
  now: () => number,
): EntryHeader | undefined {
  if (staleFrom === INVALID) return undefined;
  if (staleFrom === NEVER) return header;
  // An expired entry is stale at once, also by a clock that is behind the one that expired it.
  const freshUntil = Math.min(staleFrom, now());
  return freshUntil < header.freshUntil ? staleSince(header, freshUntil) : header;
}

/** Before every instant, and after every instant. */
export const INVALID = Number.NEGATIVE_INFINITY;
export const NEVER = Number.POSITIVE_INFINITY;

/** From when on an entry is stale where no state is lost: a tag without a state was never changed. */
export function staleFromKnown(
  { generations }: EntryHeader,
  states: TagStates,
  rules: DependedOn,
): number {
  if (states.size === 0 && generations === undefined) return NEVER;
  let staleFrom = NEVER;
  for (const name of rules.tags) {
    const state = states.get(name) ?? FIRST_TAG_STATE;
    staleFrom = Math.min(staleFrom, staleFromBy(state, generations?.[name]));
  }
  for (const name of rules.keys) {
    const state = states.get(name);
    if (state !== undefined)
      staleFrom = Math.min(staleFrom, staleFromBy(state, generations?.[name]));
  }
  return staleFrom;
}

/** From when on the entry is stale by this state: from no instant on, or from before every instant if it is invalid. */
export function staleFromBy(state: TagState, stored = ''): number {
  if (stored === generationIn(state)) return NEVER;
  const [generation = ''] = stored.split(' ');
  if (generation !== state.generation) return INVALID;
  // Without an expiry, the entry was stored after one that the store has lost.
  return state.expiry === undefined ? NEVER : (state.expiredAt ?? 0);
}

/** The header, stale from `freshUntil` on. The later windows keep their lengths, so that nothing is served for longer. */
export function staleSince(header: EntryHeader, freshUntil: number): EntryHeader {
  const early = header.freshUntil - freshUntil;
  return {
    ...header,
    freshUntil,
    staleUntil: header.staleUntil - early,
    fallbackUntil: header.fallbackUntil - early,
  };
}
