import { type Encryption, type EntryHeader, parseJson } from '../entry/index.ts';

/** What has been said of a tag: one small row for each tag that was ever invalidated or expired. */
export interface TagState {
  /** Entries of another generation are gone. Compared, never ordered: no clock is asked. */
  readonly generation: string;
  /** Entries stored until then are stale. */
  readonly expiredAt?: number | undefined;
  /** Of a model's name: which model answered to it last. */
  readonly served?: string | undefined;
}

/** By mark: a tag, or what one of the secrets makes of it. See `MarkerBoard.marksOf`. */
export type TagStates = ReadonlyMap<string, TagState>;

/** Nothing was ever said of a tag. */
export const NO_TAG_STATES: TagStates = new Map();

/** The tag that every entry of a namespace carries. */
export const ALL_ENTRIES_TAG = '*';

export const providerTag = (provider: string) => `provider:${provider}`;

export const modelTag = (model: string) => `model:${model}`;

export const userTag = (tag: string) => `tag:${tag}`;

const UNMARKED: TagState = { generation: '' };

/** In braces what a Redis Cluster places keys by: all markers of a namespace are in one place, and one trip away. */
export function tagRowKey(prefix: string, tag: string, encryption: Encryption): string {
  return `${prefix}tag:{${prefix}}${encryption.keyNameOf('tag', tag)}`;
}

export function parseTagState(text: string | undefined): TagState | undefined {
  if (text === undefined) return undefined;
  try {
    const tagState = parseJson(text) as Partial<TagState> | null;
    return typeof tagState?.generation === 'string' ? (tagState as TagState) : undefined;
  } catch {
    return undefined;
  }
}

/** Every tag of an entry, its own by nature included. */
export function tagsOfEntry(header: Pick<EntryHeader, 'provider' | 'model' | 'tags'>): string[] {
  const tags = [ALL_ENTRIES_TAG, providerTag(header.provider)];
  if (header.model !== undefined) tags.push(modelTag(header.model));
  return header.tags === undefined ? tags : [...tags, ...header.tags.map(userTag)];
}

/** The generations an entry written now belongs to; only those that differ from the first are kept. */
export function generationsOf(
  marks: readonly string[],
  tagStates: TagStates,
): Record<string, string> {
  const marked = marks.flatMap((mark) => {
    const generation = tagStates.get(mark)?.generation;
    return generation === undefined || generation === '' ? [] : [[mark, generation] as const];
  });
  return Object.fromEntries(marked);
}

/** The header as the markers leave it: as it is, stale before its time, or nothing where invalidated. */
export function applyTagStates(
  header: EntryHeader,
  tagStates: TagStates,
  marks: readonly string[] = tagsOfEntry(header),
): EntryHeader | undefined {
  if (tagStates.size === 0 && header.generations === undefined) return header;
  let left = header;
  for (const mark of marks) {
    const tagState = tagStates.get(mark) ?? UNMARKED;
    if (tagState.generation !== (header.generations?.[mark] ?? '')) return undefined;
    left = applyExpiry(tagState, left);
  }
  return left;
}

/** Stale from then on, where the marker says so of entries as old as this. */
export function applyExpiry({ expiredAt = -1 }: TagState, header: EntryHeader): EntryHeader {
  const isMeant = expiredAt >= header.storedAt && expiredAt < header.freshUntil;
  return isMeant ? staleSince(header, expiredAt) : header;
}

/** The windows after freshness keep their lengths, so expiring early never serves stale for longer. */
export function staleSince(header: EntryHeader, freshUntil: number): EntryHeader {
  const early = header.freshUntil - freshUntil;
  return {
    ...header,
    freshUntil,
    staleUntil: header.staleUntil - early,
    fallbackUntil: header.fallbackUntil - early,
  };
}
