import type { EntryStore } from '../entry-store/index.ts';
import type { CacheEventEmitter } from '../events/index.ts';
import type { Flights } from '../flight/index.ts';
import { ALL_ENTRIES_TAG, modelTag, providerTag, userTag } from '../invalidation/index.ts';
import { ledgerPrefix } from '../ledger/index.ts';
import { invalidOption } from '../options/index.ts';
import { failureCode, isPermanentFailure, type Store } from '../store/index.ts';

/** Which entries: one by its key, or all of a tag, a model, a provider, or of this cache's namespace. */
export type Selection =
  | { readonly key: string }
  | { readonly tag: string }
  | { readonly model: string }
  | { readonly provider: string }
  | { readonly namespace: true };

function tagOf(selection: Exclude<Selection, { key: string }>): string {
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

export interface SteeringParts {
  readonly entries: EntryStore;
  readonly store: Store;
  readonly events: CacheEventEmitter;
  readonly now: () => number;
  /** Calls under way for what goes are no longer joined, nor stored. */
  readonly flights: Pick<Flights<unknown>, 'detachKey' | 'detachTag'>;
}

/** Takes entries out of use: one row is written for all that a tag, a model or a namespace holds. */
export class Steering {
  readonly #parts: SteeringParts;

  constructor(parts: SteeringParts) {
    this.#parts = parts;
  }

  /** The entries answer nobody from now on. False when the store could not be told. */
  async invalidate(selection: Selection): Promise<boolean> {
    const { entries, flights } = this.#parts;
    if (!('key' in selection)) return this.#invalidateTag(tagOf(selection));
    flights.detachKey(selection.key);
    return entries.invalidate(selection.key);
  }

  /** The entries are stale from now on. False when the store could not be told. */
  async expire(selection: Selection): Promise<boolean> {
    const { entries, now } = this.#parts;
    if ('key' in selection) return entries.expire(selection.key, now());
    return entries.tags.expire(tagOf(selection), now());
  }

  /** Removes every entry of the namespace, and its rows where the store can find them. */
  async clear(): Promise<boolean> {
    const isDone = await this.#invalidateTag(ALL_ENTRIES_TAG);
    try {
      await this.#removeRows();
      return isDone;
    } catch (error) {
      this.#parts.events.emit('store-error', {
        operation: 'scan',
        reason: failureCode(error),
        isPermanent: isPermanentFailure(error),
      });
      return false;
    }
  }

  #invalidateTag(tag: string): Promise<boolean> {
    const isTold = this.#parts.entries.tags.invalidate(tag);
    this.#parts.flights.detachTag(tag);
    return isTold;
  }

  async #removeRows(): Promise<void> {
    const { entries, store } = this.#parts;
    // What was counted stays: it says what became of requests, and not what is stored.
    const kept = [`${entries.prefix}tag:`, ledgerPrefix(entries.prefix)];
    for await (const { key } of store.scan?.(entries.prefix) ?? []) {
      if (!kept.some((start) => key.startsWith(start))) await entries.remove(key);
    }
  }
}
