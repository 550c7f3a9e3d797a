import { AsyncLocalStorage } from 'node:async_hooks';

/** The keys whose provider is being called on behalf of which this code runs. */
const keys = new AsyncLocalStorage<readonly string[]>();
let running = 0;

/** Calls the provider for `key`. */
export async function leading<Value>(key: string, call: () => Promise<Value>): Promise<Value> {
  running += 1;
  try {
    return await keys.run([...(keys.getStore() ?? []), key], call);
  } finally {
    running -= 1;
    // Before Node.js 24 it slows down every promise of the process for as long as it is in use.
    if (running === 0) keys.disable();
  }
}

/** Is this very request being led further out? A cache inside a cached call would wait for itself. */
export function isLeading(key: string): boolean {
  return running > 0 && (keys.getStore()?.includes(key) ?? false);
}
