import type { Store } from '@cached-llm/core/store';

/** What the store uses of the Cache API. */
interface HttpCache {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
  delete(url: string): Promise<boolean>;
}

/** Entries in the Cache API, which has URLs for keys and drops a response without `max-age` when it likes. */
export function cacheApiStore(cache: HttpCache, origin = 'https://cached-llm.example'): Store {
  const urlOf = (key: string) => `${origin}/${encodeURIComponent(key)}`;
  return {
    get: async (key) => (await cache.match(urlOf(key)))?.text(),
    set: (key, value, ttl = 365 * 86_400_000) => {
      const headers = { 'cache-control': `max-age=${Math.ceil(ttl / 1000)}` };
      return cache.put(urlOf(key), new Response(value, { headers }));
    },
    delete: (key) => cache.delete(urlOf(key)),
  };
}
