import { manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { CountersByDay } from '../../src/ledger/counters.ts';

const DAY = 86_400_000;

describe('the counters of a process', () => {
  test('begin anew each day, in UTC', () => {
    const clock = manualClock(Date.UTC(2026, 0, 1, 23, 59, 59, 999));
    const counters = new CountersByDay(clock.now);
    counters.countersOf('p', 'm').counts.hits += 1;
    clock.advance(1);
    counters.countersOf('p', 'm').counts.hits += 2;
    clock.advance(-1); // the clock is set back
    counters.countersOf('p', 'm').counts.hits += 4;
    const days = [...counters].map(({ day, counters }) => [day, counters.counts.hits]);
    expect(days).toEqual([
      ['2026-01-01', 5],
      ['2026-01-02', 2],
    ]);
  });

  test('stay in memory for 90 days', () => {
    const clock = manualClock();
    const counters = new CountersByDay(clock.now);
    for (let day = 0; day < 100; day += 1) {
      counters.countersOf('p', 'm');
      clock.advance(DAY);
    }
    expect([...counters]).toHaveLength(90);
  });

  test('count the names past the thousandth together', () => {
    const counters = new CountersByDay(() => 0);
    for (let count = 0; count < 1_500; count += 1)
      counters.countersOf('p', `m${count}`).counts.hits += 1;
    const all = [...counters];
    expect(all).toHaveLength(1_001);
    expect(all.at(-1)).toMatchObject({ provider: '(others)', counters: { counts: { hits: 500 } } });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])(
    'fail no call where the clock returns %d',
    (now) => {
      const counters = new CountersByDay(() => now);
      counters.countersOf('p', 'm').counts.hits += 1;
      counters.countersOf('p', 'm').counts.hits += 1;
      expect([...counters]).toMatchObject([{ day: 'unknown', counters: { counts: { hits: 2 } } }]);
    },
  );

  test('report the first change after everything was written', () => {
    const counters = new CountersByDay(() => 0);
    let changes = 0;
    counters.onChange = () => {
      changes += 1;
    };
    counters.countersOf('p', 'm');
    counters.countersOf('p', 'n');
    for (const day of counters.days) day.isChanged = false;
    counters.countersOf('p', 'm');
    expect(changes).toBe(2);
  });
});
