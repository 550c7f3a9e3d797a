import { randomUUID } from 'node:crypto';
import { createLlmCache, type LlmCache, type Store } from '@cached-llm/core';
import { maskedUrl } from '../store/masked-url.ts';
import { openedStore } from '../store/opened-store.ts';
import { type Timing, timed } from './timing.ts';

export interface Load {
  readonly requests: number;
  /** Requests under way at once. */
  readonly width: number;
  /** Characters of an answer. */
  readonly size: number;
}

export interface Measured extends Timing {
  readonly store: string;
  readonly phase: 'write' | 'hit' | 'miss';
}

const identityOf = (phase: string) => (index: number) => ({
  provider: 'benchmark',
  request: { model: 'none', messages: [{ role: 'user', content: `${phase} ${index}` }] },
});

async function removeAll(store: Store, prefix: string): Promise<void> {
  for await (const { key } of store.scan?.(prefix) ?? []) await store.delete(key);
}

async function measure(cache: LlmCache, url: string, load: Load): Promise<readonly Measured[]> {
  const { requests, width, size } = load;
  const answer = 'a'.repeat(size);
  const [known, unknown] = [identityOf('known'), identityOf('unknown')];
  const time = (work: (index: number) => Promise<unknown>) => timed(requests, width, work);
  const store = maskedUrl(url);
  return [
    { store, phase: 'write', ...(await time((index) => cache.set(known(index), answer))) },
    { store, phase: 'hit', ...(await time((index) => cache.get(known(index)))) },
    { store, phase: 'miss', ...(await time((index) => cache.get(unknown(index)))) },
  ];
}

/** Writes, hits and misses on a store, in a namespace that nobody else sees and that is gone afterwards. */
export async function benchmarkStore(url: string, load: Load): Promise<readonly Measured[]> {
  const store = await openedStore(url, 'fill');
  const namespace = `cached-llm-benchmark-${randomUUID()}`;
  const cache = createLlmCache({ store, namespace, ttl: '1h', storeTimeout: '30s' });
  try {
    return await measure(cache, url, load);
  } finally {
    await cache.close(); // what it wrote down of itself is removed, too
    const again = await openedStore(url, 'fill');
    await removeAll(again, `${namespace}:`);
    await again.disconnect?.();
  }
}
