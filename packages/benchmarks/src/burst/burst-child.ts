// Makes many different calls at once over a store that another process has too. Arguments: store, calls, 'lease' or 'no lease'.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import { requestOf, responseOf } from '../measuring/index.ts';

export interface BurstCounts {
  /** Milliseconds from the first call to the last answer. */
  readonly took: number;
  readonly upstream: number;
  readonly stored: number;
  readonly opened: number;
}

const [url = '', count = '', leases] = process.argv.slice(2);
const cache = createLlmCache({ store: url, ...(leases === 'lease' ? {} : { lease: false }) });
const counts = { upstream: 0, stored: 0, opened: 0 };
cache.on('stored', () => (counts.stored += 1));
cache.on('breaker-open', () => (counts.opened += 1));
const ask = cachedLlmCall(
  async function ask(_request: object) {
    counts.upstream += 1;
    await delay(100);
    return responseOf(500);
  },
  { cache, provider: 'burst' },
);

await ask(requestOf(100, -1)); // the store is open, and the code is loaded
await delay(200);
Object.assign(counts, { upstream: 0, stored: 0 });
process.send?.('ready');
await once(process, 'message');
const startedAt = performance.now();
await Promise.all(
  Array.from({ length: Number(count) }, (_, number) => ask(requestOf(100, number))),
);
const took = performance.now() - startedAt;
await cache.close(); // waits for the writes
process.send?.({ ...counts, took } satisfies BurstCounts);
process.disconnect?.();
