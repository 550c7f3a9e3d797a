import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { freshness } from '../../src/entry/entry.ts';

const windows = { freshUntil: 100, staleUntil: 200, fallbackUntil: 300 };

describe('an entry', () => {
  test.each([
    [-1, 'fresh'],
    [0, 'fresh'],
    [99, 'fresh'],
    [100, 'stale'],
    [199, 'stale'],
    [200, 'fallback'],
    [299, 'fallback'],
    [300, 'expired'],
    [Number.MAX_SAFE_INTEGER, 'expired'],
  ])('at the instant %i is %s', (now, state) => {
    expect(freshness(windows, now)).toBe(state);
  });

  test.each([
    ['without further windows expires when it is no longer fresh', 100, 100, 100, 'expired'],
    ['with a fallback window only is never stale', 100, 100, 300, 'fallback'],
    [
      'whose stale window is longer than its fallback window is stale until it expires',
      100,
      300,
      200,
      'stale',
    ],
  ])('%s', (_name, freshUntil, staleUntil, fallbackUntil, state) => {
    expect(freshness({ freshUntil, staleUntil, fallbackUntil }, 99)).toBe('fresh');
    expect(freshness({ freshUntil, staleUntil, fallbackUntil }, 100)).toBe(state);
    expect(freshness({ freshUntil, staleUntil, fallbackUntil }, 300)).toBe('expired');
  });

  test('that is stored without end stays fresh without end', () => {
    const ever = Number.MAX_SAFE_INTEGER;
    const entry = { freshUntil: ever, staleUntil: ever, fallbackUntil: ever };
    expect(freshness(entry, ever - 1)).toBe('fresh');
  });

  test('never becomes fresher as time passes', () => {
    const order = ['fresh', 'stale', 'fallback', 'expired'];
    const instant = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(instant, instant, instant, (freshUntil, staleUntil, fallbackUntil) => {
        const entry = { freshUntil, staleUntil, fallbackUntil };
        const states = Array.from({ length: 52 }, (_, now) => order.indexOf(freshness(entry, now)));
        expect(states).toEqual([...states].sort((one, other) => one - other));
      }),
    );
  });
});
