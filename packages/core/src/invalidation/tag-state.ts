import { type EntryHeader, parseJson, type Seal } from '../entry/index.ts';

/** What has been said of a tag: one small row for each tag that was ever invalidated or expired. */
export interface Marker {
  /** Entries of another generation are gone. Compared, never ordered: no clock is asked. */
  readonly generation: string;
  /** Entries stored until then are stale. */
  readonly expiredAt?: number | undefined;
  /** Of a model's name: which model answered to it last. */
  readonly served?: string | undefined;
}

/** By mark: a tag, or what one of the secrets makes of it. See `MarkerBoard.marksOf`. */
export type Markers = ReadonlyMap<string, Marker>;

/** Nothing was ever said of a tag. */
export const NO_MARKERS: Markers = new Map();

/** The tag that every entry of a namespace carries. */
export const EVERYTHING = '*';

export const providerTag = (provider: string) => `provider:${provider}`;

export const modelTag = (model: string) => `model:${model}`;

export const userTag = (tag: string) => `tag:${tag}`;

const UNMARKED: Marker = { generation: '' };

/** In braces what a Redis Cluster places keys by: all markers of a namespace are in one place, and one trip away. */
export function markerKey(prefix: string, tag: string, seal: Seal): string {
  return `${prefix}tag:{${prefix}}${seal.nameOf('tag', tag)}`;
}

export function readMarker(text: string | undefined): Marker | undefined {
  if (text === undefined) return undefined;
  try {
    const marker = parseJson(text) as Partial<Marker> | null;
    return typeof marker?.generation === 'string' ? (marker as Marker) : undefined;
  } catch {
    return undefined;
  }
}

/** Every tag of an entry, its own by nature included. */
export function tagsOf(header: Pick<EntryHeader, 'provider' | 'model' | 'tags'>): string[] {
  const tags = [EVERYTHING, providerTag(header.provider)];
  if (header.model !== undefined) tags.push(modelTag(header.model));
  return header.tags === undefined ? tags : [...tags, ...header.tags.map(userTag)];
}

/** The generations an entry written now belongs to; only those that differ from the first are kept. */
export function generationsOf(marks: readonly string[], markers: Markers): Record<string, string> {
  const marked = marks.flatMap((mark) => {
    const generation = markers.get(mark)?.generation;
    return generation === undefined || generation === '' ? [] : [[mark, generation] as const];
  });
  return Object.fromEntries(marked);
}

/** The header as the markers leave it: as it is, stale before its time, or nothing where invalidated. */
export function applyMarkers(
  header: EntryHeader,
  markers: Markers,
  marks: readonly string[] = tagsOf(header),
): EntryHeader | undefined {
  if (markers.size === 0 && header.generations === undefined) return header;
  let left = header;
  for (const mark of marks) {
    const marker = markers.get(mark) ?? UNMARKED;
    if (marker.generation !== (header.generations?.[mark] ?? '')) return undefined;
    left = expiredBy(marker, left);
  }
  return left;
}

/** Stale from then on, where the marker says so of entries as old as this. */
export function expiredBy({ expiredAt = -1 }: Marker, header: EntryHeader): EntryHeader {
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
