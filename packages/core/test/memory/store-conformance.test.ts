import { type StoreUnderTest, storeConformance } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Keyv } from 'keyv';
import { Keyv as KeyvSix } from 'keyv-6';
import { MemoryStore } from '../../src/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';

const runner = { describe, test, beforeEach, afterEach, expect };

function under(name: string, make: () => Store): Pick<StoreUnderTest, 'name' | 'open'> {
  return { name, open: async () => ({ store: make(), close: async () => {} }) };
}

const OF_KEYV = { errorEvents: true, expiry: true, getMany: true };

storeConformance(runner, {
  ...under('The memory store', () => new MemoryStore()),
  capabilities: { expiry: true, getMany: true, scan: true, sweep: true },
});

storeConformance(runner, {
  ...under('A bare Map', () => new Map<string, string>()),
  capabilities: {},
});

storeConformance(runner, {
  ...under('Keyv 5 over a Map', () => new Keyv({ store: new Map() })),
  capabilities: OF_KEYV,
});

storeConformance(runner, {
  ...under('Keyv 5 over the memory store', () => new Keyv({ store: new MemoryStore() })),
  capabilities: OF_KEYV,
});

storeConformance(runner, {
  ...under('Keyv 6 over a Map', () => new KeyvSix({ store: new Map() })),
  capabilities: OF_KEYV,
});

storeConformance(runner, {
  ...under('Keyv 6 over the memory store', () => new KeyvSix({ store: new MemoryStore() })),
  capabilities: OF_KEYV,
});
