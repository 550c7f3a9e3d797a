import type { Store } from '@cached-llm/core/store';

/** What the store uses of a namespace of Workers KV. */
interface Namespace {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options?: { expirationTtl?: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Entries in Workers KV, which takes no time to live below 60 seconds. Entries carry their own times, so that none is served too long. */
export const kvStore = (namespace: Namespace): Store => ({
  get: async (key) => (await namespace.get(key)) ?? undefined,
  set: (key, value, ttl) => {
    const options = ttl === undefined ? {} : { expirationTtl: Math.max(60, Math.ceil(ttl / 1000)) };
    return namespace.put(key, value, options);
  },
  delete: (key) => namespace.delete(key),
});
