import { ALL_ENTRIES_TAG, modelTag, providerTag, userTag } from '../invalidation/index.ts';
import { invalidOption } from '../options/index.ts';
import type { Pipeline } from '../pipeline/index.ts';

/** Which entries: one by its key, or all of a tag, a model, a provider, or of this cache's namespace. */
export type Selection =
  | { readonly key: string }
  | { readonly tag: string }
  | { readonly model: string }
  | { readonly provider: string }
  | { readonly namespace: true };

/**
 * The tag that all selected entries have.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` where nothing is selected
 */
export function tagOf(selection: Exclude<Selection, { key: string }>): string {
  if ('tag' in selection) return userTag(selection.tag);
  if ('model' in selection) return modelTag(selection.model);
  if ('provider' in selection) return providerTag(selection.provider);
  if ('namespace' in selection) return ALL_ENTRIES_TAG;
  return invalidOption(
    'The selection',
    'selects nothing',
    'Write one of { key }, { tag }, { model }, { provider }, { namespace: true }.',
  );
}

/**
 * No caller joins a call that is under way for the selected entries, and its answer is not stored. This happens in the
 * call itself, before anything is awaited.
 */
export function detachSelected({ flights }: Pipeline, selection: Selection): void {
  if ('key' in selection) flights.detachKey(selection.key);
  else flights.detachTag(tagOf(selection));
}
