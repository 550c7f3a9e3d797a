import { readAll, type Store } from './store.ts';

/** A row as Keyv writes it: JSON, because some adapters parse what they read, and one of them does so where nobody catches. */
interface KeyvRow {
  readonly value?: unknown;
  readonly expires?: unknown;
}

/** An adapter of Keyv without its Keyv. A Keyv has such an adapter in `store`. */
function isKeyvAdapter(store: Store): boolean {
  return 'opts' in store && 'clear' in store && !('store' in store);
}

function parsed(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return undefined; // no row of ours
  }
}

/** The text in a row. Some adapters return what they were given, and others what it means. */
function textIn(row: unknown): string | undefined {
  const isText = typeof row === 'string' || Buffer.isBuffer(row);
  const { value, expires }: KeyvRow = Object(isText ? parsed(String(row)) : row);
  const isLive = typeof expires !== 'number' || Date.now() < expires;
  return isLive && typeof value === 'string' ? value : undefined;
}

async function readTexts(adapter: Store, keys: string[]): Promise<unknown[]> {
  const rows = await readAll(adapter, keys);
  return Array.isArray(rows) ? rows.map(textIn) : [];
}

/** The store itself, or what Keyv would be around an adapter of Keyv. */
export function withKeyvRows(store: Store): Store {
  if (!isKeyvAdapter(store)) return store;
  return {
    get: async (key) => textIn(await store.get(key)),
    getMany: (keys) => readTexts(store, keys),
    set(key, value, ttl) {
      const expires = ttl === undefined ? undefined : Date.now() + ttl;
      return store.set(key, JSON.stringify({ value, expires }), ttl);
    },
    delete: (key) => store.delete(key),
    deleteMany: (keys) =>
      store.deleteMany?.(keys) ?? Promise.all(keys.map((key) => store.delete(key))),
    on: (event, listener) => store.on?.(event, listener),
    disconnect: () => store.disconnect?.(),
  };
}
