import { type Encryption, type EntryHeader, parseJson } from '../entry/index.ts';

/**
 * What is known of a tag, or of a key, that was invalidated or expired at least once. It is stored as one small row.
 * Its words are compared and never ordered, so that no clock matters.
 */
export interface TagState {
  /** Entries of another generation are invalid. */
  readonly generation: string;
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
  /** Milliseconds. @default for ever, because the state of a tag has to outlive every entry that it concerns */
  readonly ttl?: number | undefined;
}

/** States by generation name; see `TagGenerations.generationNames`. A tag that is missing was never invalidated. */
export type TagStates = ReadonlyMap<string, TagState>;

/** No tag was ever invalidated or expired. */
export const NO_TAG_STATES: TagStates = new Map();

/** The state of a tag that was never invalidated or expired. */
export const FIRST_TAG_STATE: TagState = { generation: '' };

/** The tag of every entry of a namespace. */
export const ALL_ENTRIES_TAG = '*';

/** The tag of every entry of a provider. */
export const providerTag = (provider: string) => `provider:${provider}`;

/** The tag of every entry of a model. */
export const modelTag = (model: string) => `model:${model}`;

/** A tag that the user gave. */
export const userTag = (tag: string) => `tag:${tag}`;

/**
 * The key of the row that holds a tag's state. Redis Cluster places a key by what stands in braces, so that all
 * tag rows of a namespace are on one node and one round trip away.
 */
export function tagRowKey(prefix: string, tag: string, encryption: Encryption): string {
  return `${prefix}tag:{${prefix}}${encryption.keyNameOf('tag', tag)}`;
}

/**
 * The key of the row that holds the state of an entry's key. It starts as the rows of tags do, and Redis Cluster places
 * it beside the entry itself.
 */
export function keyRowKey(prefix: string, key: string): string {
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
  for (const name of generationNames) {
    const generation = generationIn(states.get(name) ?? FIRST_TAG_STATE);
    if (generation !== '') generations[name] = generation;
  }
  return generations;
}

/** Whose states an entry depends on, by the names of their generations. */
interface GenerationNames {
  readonly tags: readonly string[];
  /**
   * The state of a key is stored for a while only, because invalidating a key removes its entry. Where there is none,
   * the entry is valid.
   */
  readonly keys: readonly string[];
  readonly now: () => number;
}

/**
 * The header after the states of its key and of all its tags are applied: unchanged, stale before its time, or
 * undefined if the entry is invalid.
 */
export function applyTagStates(
  header: EntryHeader,
  states: TagStates,
  { tags, keys, now }: GenerationNames,
): EntryHeader | undefined {
  let staleFrom = Number.POSITIVE_INFINITY;
  for (const name of tags) {
    staleFrom = Math.min(staleFrom, staleFromBy(states.get(name) ?? FIRST_TAG_STATE, name, header));
  }
  for (const name of keys) {
    const state = states.get(name);
    if (state !== undefined) staleFrom = Math.min(staleFrom, staleFromBy(state, name, header));
  }
  if (staleFrom === INVALID) return undefined;
  if (staleFrom === Number.POSITIVE_INFINITY) return header;
  // An expired entry is stale at once, also by a clock that is behind the one that expired it.
  const freshUntil = Math.min(staleFrom, now());
  return freshUntil < header.freshUntil ? staleSince(header, freshUntil) : header;
}

/** Before every instant. */
const INVALID = Number.NEGATIVE_INFINITY;

/** From when on the entry is stale by this state: from no instant on, or from before every instant if it is invalid. */
function staleFromBy(state: TagState, name: string, { generations }: EntryHeader): number {
  const stored = generations?.[name] ?? '';
  if (stored === generationIn(state)) return Number.POSITIVE_INFINITY;
  const [generation = ''] = stored.split(' ');
  if (generation !== state.generation) return INVALID;
  // Without an expiry, the entry was stored after one that the store has lost.
  return state.expiry === undefined ? Number.POSITIVE_INFINITY : (state.expiredAt ?? 0);
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
