import { ledgerPrefix } from '../ledger/index.ts';
import { failureCode, isPermanentFailure } from '../store/index.ts';
import type { CacheContext } from './cache-context.ts';

/** Removes the rows of the namespace where the store can list them. Resolves to false where that failed. */
export async function clearRows(context: CacheContext): Promise<boolean> {
  try {
    await removeRows(context);
    return true;
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
