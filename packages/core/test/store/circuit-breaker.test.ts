import { setImmediate as turn } from 'node:timers/promises';
import { type ManualClock, manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { CircuitBreaker } from '../../src/store/circuit-breaker.ts';

interface Trial {
  readonly breaker: CircuitBreaker;
  readonly clock: ManualClock;
  readonly story: string[];
  /** The result of a probe. By default, the store is still down. */
  probe: () => Promise<unknown>;
}

function trial(): Trial {
  const clock = manualClock();
  const story: string[] = [];
  const probing: Trial = {
    clock,
    story,
    probe: () => Promise.reject(new Error('down')),
    breaker: new CircuitBreaker({
      now: clock.now,
      probe: () => {
        story.push('probe');
        return probing.probe();
      },
      onOpen: (failures) => story.push(`open after ${failures}`),
      onClose: () => story.push('closed'),
    }),
  };
  return probing;
}

function opened(): Trial {
  const probing = trial();
  for (let failure = 0; failure < 3; failure++) probing.breaker.failed();
  probing.story.length = 0;
  return probing;
}

/** Milliseconds until the next probe. The breaker is used every 500 milliseconds. */
async function pauseOf({ breaker, clock, story }: Trial): Promise<number> {
  const before = story.length;
  for (let pause = 0; pause <= 60_000; pause += 500) {
    breaker.allows();
    if (story.length > before) {
      await turn();
      return pause;
    }
    clock.advance(500);
  }
  throw new Error('No probe went out.');
}

describe('a breaker', () => {
  test('opens at the third failure in a row, and reports it once', () => {
    const { breaker, story } = trial();
    breaker.failed();
    breaker.failed();
    expect([breaker.isOpen, breaker.allows(), story]).toEqual([false, true, []]);
    breaker.failed();
    breaker.failed(); // this operation was under way when the breaker opened
    expect([breaker.isOpen, breaker.allows(), story]).toEqual([true, false, ['open after 3']]);
  });

  test('probes where the clock is set back, and no later than after the pause', async () => {
    const { breaker, clock, story } = opened();
    clock.advance(-3_600_000);
    breaker.allows();
    await turn();
    expect(story).toEqual(['probe']);
    breaker.allows();
    clock.advance(1_000);
    breaker.allows();
    expect(story).toEqual(['probe', 'probe']);
  });

  test('opens at once for a failure that a second attempt cannot change, and reports it once', () => {
    const { breaker, story } = trial();
    breaker.openAtOnce();
    breaker.openAtOnce();
    expect([breaker.isOpen, breaker.allows(), story]).toEqual([true, false, ['open after 3']]);
    breaker.succeeded();
    expect([breaker.isOpen, breaker.allows()]).toEqual([false, true]);
  });

  test('forgets its failures at a success', () => {
    const { breaker, story } = trial();
    for (const isGood of [false, false, true, false, false, true]) {
      if (isGood) breaker.succeeded();
      else breaker.failed();
    }
    expect([breaker.isOpen, story]).toEqual([false, []]);
  });

  test('that is open allows no operation, and probes in the background after a pause', async () => {
    const { breaker, clock, story } = opened();
    clock.advance(499);
    expect([breaker.allows(), story]).toEqual([false, []]);
    clock.advance(1);
    expect([breaker.allows(), story]).toEqual([false, ['probe']]);
    await turn();
    expect(breaker.isOpen).toBe(true);
  });

  test('sends one probe at a time', async () => {
    const probing = opened();
    let answer = () => {};
    probing.probe = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    probing.clock.advance(60_000);
    for (let call = 0; call < 5; call++) probing.breaker.allows();
    probing.clock.advance(60_000);
    expect([probing.breaker.allows(), probing.story]).toEqual([false, ['probe']]);
    answer();
    await turn();
    expect([probing.breaker.allows(), probing.story]).toEqual([true, ['probe', 'closed']]);
  });

  test('pauses twice as long each time, and for half a minute at most', async () => {
    const probing = opened();
    const pauses: number[] = [];
    for (let probe = 0; probe < 9; probe++) pauses.push(await pauseOf(probing));
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('that closed counts failures and doubles pauses anew', async () => {
    const probing = opened();
    for (let probe = 0; probe < 4; probe++) await pauseOf(probing);
    probing.probe = () => Promise.resolve();
    await pauseOf(probing);
    expect(probing.breaker.allows()).toBe(true);
    probing.story.length = 0;
    probing.probe = () => Promise.reject(new Error('down'));
    for (let failure = 0; failure < 3; failure++) probing.breaker.failed();
    expect(probing.story).toEqual(['open after 3']);
    expect(await pauseOf(probing)).toBe(500);
  });

  test('closes when an operation that was under way succeeds', () => {
    const { breaker, story } = opened();
    breaker.succeeded();
    breaker.succeeded();
    expect([breaker.allows(), story]).toEqual([true, ['closed']]);
  });
});
