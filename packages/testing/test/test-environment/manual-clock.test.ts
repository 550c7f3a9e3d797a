import { describe, expect, test } from '@jest/globals';
import { manualClock } from '../../src/test-environment/manual-clock.ts';

describe('a manual clock', () => {
  test('does not change until a test advances it', () => {
    const { now } = manualClock(1_000);
    expect([now(), now()]).toEqual([1_000, 1_000]);
  });

  test('is advanced by milliseconds, or set to an instant', () => {
    const clock = manualClock(1_000);
    clock.advance(250);
    expect(clock.now()).toBe(1_250);
    clock.set(7);
    expect(clock.now()).toBe(7);
  });

  test('starts at a readable instant by default', () => {
    expect(new Date(manualClock().now()).toISOString()).toBe('2026-01-01T00:00:00.000Z');
  });
});
