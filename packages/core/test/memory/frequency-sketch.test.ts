import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FrequencySketch } from '../../src/memory/frequency-sketch.ts';

const hash = fc.integer();

describe('the count of a key', () => {
  test('is never lower than its uses, up to fifteen', () => {
    fc.assert(
      fc.property(fc.array(hash, { maxLength: 300 }), (uses) => {
        const sketch = new FrequencySketch();
        for (const used of uses) sketch.add(used);
        for (const used of uses) {
          const times = uses.filter((other) => other === used).length;
          expect(sketch.countOf(used)).toBeGreaterThanOrEqual(Math.min(times, 15));
        }
      }),
    );
  });

  test('is zero for a key that was never used, where few others were', () => {
    const sketch = new FrequencySketch();
    sketch.reserve(1_000);
    for (let used = 0; used < 100; used += 1) sketch.add(used * 0x9e3779b1);
    const strangers = Array.from({ length: 1_000 }, (_, index) => 7 + index * 0x85ebca6b);
    expect(strangers.filter((key) => sketch.countOf(key) > 0).length).toBeLessThan(20);
  });

  test('stays the same when the sketch grows', () => {
    fc.assert(
      fc.property(fc.uniqueArray(hash, { maxLength: 50 }), (keys) => {
        const sketch = new FrequencySketch();
        for (const key of keys) sketch.add(key);
        const before = keys.map((key) => sketch.countOf(key));
        sketch.reserve(10_000);
        expect(keys.map((key) => sketch.countOf(key))).toEqual(before);
      }),
    );
  });

  test('falls when other keys are used', () => {
    const sketch = new FrequencySketch();
    for (let use = 0; use < 10; use += 1) sketch.add(1);
    for (let use = 0; use < 2_000; use += 1) sketch.add(2);
    expect(sketch.countOf(1)).toBeLessThan(5);
    expect(sketch.countOf(2)).toBeGreaterThan(5);
  });
});
