import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLlmCache, type LlmCache } from '../../src/index.ts';
import { SharedStore } from '../shared-store.ts';

const IDENTITY = { provider: 'p', operation: 'chat', request: { model: 'm', q: 'the sea' } };

/** Stands for a store across a network, whose answer to a replacement is late. */
class LateStore extends SharedStore {
  /** What happens between a replacement and the answer to it. */
  meanwhile: (() => Promise<unknown>) | undefined;

  readonly atomic = {
    add: async (rows: readonly { readonly key: string; readonly value: string }[]) =>
      rows.map(({ key, value }) => {
        const stored = this.rows.get(key) ?? value;
        this.rows.set(key, stored);
        return stored;
      }),
    replace: async (row: { readonly key: string; readonly value: string }, expected: string) => {
      const isReplaced = this.rows.get(row.key) === expected;
      if (isReplaced) this.rows.set(row.key, row.value);
      const { meanwhile } = this;
      this.meanwhile = undefined;
      await meanwhile?.();
      return isReplaced;
    },
  };
}

let store: LateStore;
let cache: LlmCache;
let key: string;
beforeEach(async () => {
  store = new LateStore();
  cache = createLlmCache({ tiers: ['memory:', store], ledger: false, now: () => 1e12 });
  key = cache.keyOf(IDENTITY) ?? '';
  await cache.set(IDENTITY, 'older', { tags: ['a'] });
});
afterEach(() => cache.close());

describe('an entry whose tags change in memory before a store', () => {
  test('is served with its new tags', async () => {
    expect(await cache.inspection.retag(key, { add: ['b'] })).toBe('retagged');
    expect(await cache.get(IDENTITY)).toBe('older');
  });

  test('does not stand before the newer answer that this process stores meanwhile', async () => {
    store.meanwhile = () => cache.set(IDENTITY, 'newer', { tags: ['a'] });
    expect(await cache.inspection.retag(key, { add: ['b'] })).toBe('retagged');
    expect(store.meanwhile).toBeUndefined();
    expect(await cache.get(IDENTITY)).toBe('newer');
  });

  test('does not come back where this process removes it meanwhile', async () => {
    store.meanwhile = () => cache.inspection.remove(key);
    await cache.inspection.retag(key, { add: ['b'] });
    expect(await cache.get(IDENTITY)).toBeUndefined();
  });
});
