import { AsyncLocalStorage } from 'node:async_hooks';

/** The keys whose provider is being called on behalf of which this code runs. */
const keys = new AsyncLocalStorage<readonly string[]>();

/** Calls the provider for `key`. */
export function leading<Value>(key: string, call: () => Promise<Value>): Promise<Value> {
  return keys.run([...(keys.getStore() ?? []), key], call);
}

/** Is this very request being led further out? A cache inside a cached call would wait for itself. */
export function isLeading(key: string): boolean {
  return keys.getStore()?.includes(key) ?? false;
}
