import { isEntryKey } from '../entry/index.ts';
import { ALL_ENTRIES_TAG, modelTag, providerTag, userTag } from '../invalidation/index.ts';
import type { Pipeline } from '../pipeline/index.ts';
import type { CacheContext } from './cache-context.ts';

/** Which entries: one by its key, or all of a tag, a model, a provider, or of this cache's namespace. */
export type Selection =
  | { readonly key: string }
  | { readonly tag: string }
  | { readonly model: string }
  | { readonly provider: string }
  | { readonly namespace: true };

/** A selection that was checked: the key of one entry, or a tag that all selected entries have. */
export type Selected = { readonly key: string } | { readonly everyTag: string };

export const TAG_OF: Readonly<Record<string, (name: string) => string>> = {
  tag: userTag,
  model: modelTag,
  provider: providerTag,
};

/**
 * What a selection selects, in a cache whose keys start with `prefix`. Undefined for what selects nothing, more than one thing, or an
 * entry of another namespace: `refuseSelection` says why.
 */
export function selectedBy(selection: Selection, prefix: string): Selected | undefined {
  const [first, ...others] = Object.entries<unknown>(Object(selection)); // JavaScript passes anything
  if (first === undefined || others.length > 0) return undefined;
  const [name, value] = first;
  if (name === 'namespace') return value === true ? { everyTag: ALL_ENTRIES_TAG } : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  if (name === 'key') return isEntryKey(value, prefix) ? { key: value } : undefined;
  const tagOf = Object.hasOwn(TAG_OF, name) ? TAG_OF[name] : undefined;
  return tagOf && { everyTag: tagOf(value) };
}

/**
 * No caller joins a call that is under way for the selected entries, and its answer is not stored. This happens in the
 * call itself, before anything is awaited.
 */
export function detachSelected({ flights }: Pipeline, selected: Selected): void {
  if ('key' in selected) flights.detachKey(selected.key);
  else flights.detachTag(selected.everyTag);
}

// One row is written for all entries of a tag, a model, a provider or a namespace. The flights were detached before.

/** The selected entries are not served from now on. Resolves to false where the store could not be written. */
export async function invalidateSelected(
  { entries }: CacheContext,
  selected: Selected,
): Promise<boolean> {
  return 'key' in selected
    ? entries.invalidate(selected.key)
    : entries.tags.invalidate(selected.everyTag);
}

/** The selected entries are stale from now on. Resolves to false where the store could not be written. */
export async function expireSelected(
  { entries, now }: CacheContext,
  selected: Selected,
): Promise<boolean> {
  return 'key' in selected
    ? entries.expire(selected.key, now())
    : entries.tags.expire(selected.everyTag, now());
}
