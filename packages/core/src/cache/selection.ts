import { isEntryKey } from '../entry/index.ts';
import { ALL_ENTRIES_TAG, modelTag, providerTag, userTag } from '../invalidation/index.ts';
import { describeKind, invalidOption } from '../options/index.ts';
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

const TAG_OF: Readonly<Record<string, (name: string) => string>> = {
  tag: userTag,
  model: modelTag,
  provider: providerTag,
};

const REMEDY =
  'Write one of { key }, { tag }, { model }, { provider }, { namespace: true }, and call again for another one.';

/**
 * What a selection selects, in a cache whose keys start with `prefix`.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for what selects nothing, more than one thing, or an entry of another namespace
 */
export function selectedBy(selection: Selection, prefix: string): Selected {
  const given: unknown = selection; // JavaScript passes anything
  if (typeof given !== 'object' || given === null) {
    return invalidOption('The selection', `is ${describeKind(given)}`, REMEDY);
  }
  const [first, ...others] = Object.entries(given);
  if (first === undefined) return invalidOption('The selection', 'selects nothing', REMEDY);
  if (others.length > 0) {
    const names = Object.keys(given).join(' and ');
    return invalidOption('The selection', `has ${names}, and only one may be given`, REMEDY);
  }
  return selectedByOne(first, prefix);
}

function selectedByOne([name, value]: readonly [string, unknown], prefix: string): Selected {
  if (name === 'namespace') {
    if (value === true) return { everyTag: ALL_ENTRIES_TAG };
    const remedy = 'Write { namespace: true }: a cache has one namespace, and selects all of it.';
    return invalidOption('namespace', `is ${describeKind(value)}`, remedy);
  }
  const tagOf = Object.hasOwn(TAG_OF, name) ? TAG_OF[name] : undefined;
  if (tagOf === undefined && name !== 'key') {
    return invalidOption('The selection', `has the unknown name ${name}`, REMEDY);
  }
  if (typeof value !== 'string' || value === '') {
    const what = value === '' ? 'is empty' : `is ${describeKind(value)}`;
    return invalidOption(name, what, 'Write a text that is not empty.');
  }
  if (tagOf !== undefined) return { everyTag: tagOf(value) };
  if (isEntryKey(value, prefix)) return { key: value };
  const remedy = 'Write a key that keyOf() or the info of a call gave.';
  return invalidOption(
    'key',
    `is no key of an entry of this cache (they start with ${prefix})`,
    remedy,
  );
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
