import { type Encryption, type EntryHeader, parseJson } from '../entry/index.ts';

/** What is known of a tag that was invalidated or expired at least once. It is stored as one small row. */
export interface TagState {
  /** Entries of another generation are invalid. Generations are compared and never ordered, so no clock matters. */
  readonly generation: string;
  /** Entries that were stored until this instant are stale. Milliseconds since 1970. */
  readonly expiredAt?: number | undefined;
  /** The model that answered last, where the tag stands for a model's name. */
  readonly served?: string | undefined;
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

/** The state in the text of a row, or undefined if the text holds no state. */
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

/** The generations that an entry written now belongs to. The first generation of a tag is left out. */
export function generationsOf(
  generationNames: readonly string[],
  states: TagStates,
): Record<string, string> {
  const generations: Record<string, string> = {};
  for (const name of generationNames) {
    const generation = states.get(name)?.generation ?? '';
    if (generation !== '') generations[name] = generation;
  }
  return generations;
}

/**
 * The header after the states of all its tags are applied: unchanged, stale before its time, or undefined if
 * the entry is invalid.
 */
export function applyTagStates(
  header: EntryHeader,
  states: TagStates,
  generationNames: readonly string[],
): EntryHeader | undefined {
  if (states.size === 0 && header.generations === undefined) return header;
  let applied = header;
  for (const name of generationNames) {
    const state = states.get(name) ?? FIRST_TAG_STATE;
    if (state.generation !== (header.generations?.[name] ?? '')) return undefined;
    applied = applyExpiry(state, applied);
  }
  return applied;
}

/** The header, stale from `expiredAt` on where the entry was stored until then and was still fresh. */
export function applyExpiry({ expiredAt = -1 }: TagState, header: EntryHeader): EntryHeader {
  const isExpired = expiredAt >= header.storedAt && expiredAt < header.freshUntil;
  return isExpired ? staleSince(header, expiredAt) : header;
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
