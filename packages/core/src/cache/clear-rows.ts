import { ledgerPrefix } from '../ledger/index.ts';
import { loadStoreFailures } from '../store/index.ts';
import type { CacheContext } from './cache-context.ts';

/** Removes the rows of the namespace where the store can list them. Resolves to false where that failed. */
export async function clearRows(context: CacheContext): Promise<boolean> {
  try {
    await removeRows(context);
    return true;
  } catch (error) {
    const { failureCode, isPermanentFailure } = await loadStoreFailures();
    const reason = failureCode(error);
    const isPermanent = isPermanentFailure(error);
    context.events.emit('store-error', { operation: 'scan', reason, isPermanent });
    return false;
  }
}

/** Rows that one operation of the store removes. Others that use the store wait no longer than for these. */
const ROWS_PER_REMOVAL = 500;

/** The generations of tags outlive their entries, and counters are about requests, not about what is stored. */
function isStaying(key: string, prefix: string): boolean {
  return key.startsWith(`${prefix}tag:`) || key.startsWith(ledgerPrefix(prefix));
}

async function removeRows({ entries, store, rows }: CacheContext): Promise<void> {
  const { prefix } = entries;
  let page: string[] = [];
  for await (const { key } of store.scan?.(prefix) ?? []) {
    if (!isStaying(key, prefix)) page.push(key);
    if (page.length < ROWS_PER_REMOVAL) continue;
    await rows.removeMany(page);
    page = [];
  }
  await rows.removeMany(page);
}
