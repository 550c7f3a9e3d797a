import { ALL_ENTRIES_TAG } from '../invalidation/index.ts';
import { ledgerPrefix } from '../ledger/index.ts';
import { failureCode, isPermanentFailure } from '../store/index.ts';
import type { CacheContext } from './cache-context.ts';
import type { Selected } from './selection.ts';

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

/** Invalidates all entries of the namespace, and removes their rows where the store can list them. */
export async function clearNamespace(context: CacheContext): Promise<boolean> {
  const isWritten = await context.entries.tags.invalidate(ALL_ENTRIES_TAG);
  try {
    await removeRows(context);
    return isWritten;
  } catch (error) {
    const reason = failureCode(error);
    const isPermanent = isPermanentFailure(error);
    context.events.emit('store-error', { operation: 'scan', reason, isPermanent });
    return false;
  }
}

async function removeRows({ entries, store }: CacheContext): Promise<void> {
  const { prefix } = entries;
  // The generation of a tag outlives its entries, and counters are about requests, not about what is stored.
  const staying = [`${prefix}tag:`, ledgerPrefix(prefix)];
  for await (const { key } of store.scan?.(prefix) ?? []) {
    if (!staying.some((start) => key.startsWith(start))) await entries.remove(key);
  }
}
