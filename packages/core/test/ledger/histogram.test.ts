import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Histogram } from '../../src/ledger/usage-sums.ts';

function histogramOf(times: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const time of times) histogram.add(time);
  return histogram;
}

describe('a histogram', () => {
  test('without values has no quantiles', () => {
    expect(histogramOf([]).quantile(0.5)).toBeUndefined();
  });

  test('has the exact count and sum', () => {
    const { count, sum } = histogramOf([1, 2, 3.5]);
    expect([count, sum]).toEqual([3, 6.5]);
  });

  test.each([0.5, 0.95])('is within 10 %% of the true p%d', (share) => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 600_000, noNaN: true }), { minLength: 1 }),
        (times) => {
          const sorted = [...times].sort((one, other) => one - other);
          const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
          const found = histogramOf(times).quantile(share) ?? 0;
          expect(found / exact).toBeGreaterThan(0.9);
          expect(found / exact).toBeLessThan(1.1);
        },
      ),
    );
  });

  test('accepts times of any length', () => {
    const { count } = histogramOf([0, -1, 1e-9, 1e12]);
    expect(count).toBe(4);
    expect(histogramOf([0]).quantile(0.5)).toBe(0.01);
  });

  test('merges with another as if one histogram had counted everything', () => {
    const [one, other] = [histogramOf([1, 10, 100]), histogramOf([2, 20, 200_000])];
    one.merge(other.buckets, other.sum);
    const all = histogramOf([1, 10, 100, 2, 20, 200_000]);
    expect([one.count, one.sum, one.buckets]).toEqual([all.count, all.sum, all.buckets]);
  });
});
