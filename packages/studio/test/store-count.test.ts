import { describe, expect, test } from '@jest/globals';
import { StoreCount } from '../src/api/index.ts';

const NOW = Date.UTC(2026, 10, 21, 12);

describe('the count of a store', () => {
  test('is repeated where something was changed while it ran', async () => {
    let runs = 0;
    const count: StoreCount = new StoreCount(
      async () => {
        runs += 1;
        if (runs === 1) count.forget(); // the page removes an entry that was counted
        return { code: 0, facts: [{ store: { entries: runs === 1 ? 3 : 2 } }], errors: '' };
      },
      () => NOW,
    );
    expect(await count.latest()).toEqual({ entries: 2 });
    expect(await count.latest()).toEqual({ entries: 2 });
    expect(runs).toBe(2);
  });
});
