import { digest } from '../words/digest.ts';
import type { EntryHeader } from '../words/entry.ts';
import { parseJson } from './json.ts';

/** What has been said of a tag: one small row for each tag that was ever invalidated or expired. */
export interface Marker {
  /** Entries of another generation are gone. Compared, never ordered: no clock is asked. */
  readonly generation: string;
  /** Entries stored until then are stale. */
  readonly expiredAt?: number | undefined;
}

export type Markers = ReadonlyMap<string, Marker>;

/** The tag that every entry of a namespace carries. */
export const EVERYTHING = '*';

export const providerTag = (provider: string) => `provider:${provider}`;
export const modelTag = (model: string) => `model:${model}`;
export const userTag = (tag: string) => `tag:${tag}`;

const UNMARKED: Marker = { generation: '' };

export function markerKey(prefix: string, tag: string): string {
  return `${prefix}tag:${digest(tag)}`;
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
export function generationsOf(tags: readonly string[], markers: Markers): Record<string, string> {
  const marked = tags.flatMap((tag) => {
    const generation = markers.get(tag)?.generation;
    return generation === undefined || generation === '' ? [] : [[tag, generation] as const];
  });
  return Object.fromEntries(marked);
}

/** The header as the markers leave it: as it is, stale before its time, or nothing where invalidated. */
export function applyMarkers(header: EntryHeader, markers: Markers): EntryHeader | undefined {
  let freshUntil = header.freshUntil;
  for (const tag of tagsOf(header)) {
    const { generation, expiredAt = -1 } = markers.get(tag) ?? UNMARKED;
    if (generation !== (header.generations?.[tag] ?? '')) return undefined;
    if (expiredAt >= header.storedAt) freshUntil = Math.min(freshUntil, expiredAt);
  }
  return freshUntil === header.freshUntil ? header : staleSince(header, freshUntil);
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
