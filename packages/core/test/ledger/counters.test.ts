import { manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { CountersByTime } from '../../src/ledger/counters-by-time.ts';

const DAY = 86_400_000;

describe('the counters of a process', () => {
  test('begin anew each day, in UTC', () => {
    const clock = manualClock(Date.UTC(2026, 0, 1, 23, 59, 59, 999));
    const counters = new CountersByTime(clock.now);
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

  test('are apart for each five minutes, of which the last two hours stay in memory', () => {
    const clock = manualClock(0);
    const counters = new CountersByTime(clock.now);
    for (let minute = 0; minute < 180; minute += 1) {
      counters.countersOf('p', 'm').counts.hits += 1;
      clock.advance(60_000);
    }
    const froms = counters.windows.map(({ from }) => from / 60_000);
    expect([froms.length, froms[0], froms.at(-1)]).toEqual([25, 55, 175]);
    expect(counters.earlierUntil).toBe(55 * 60_000);
    const hits = [...counters].map(({ counters: { counts } }) => counts.hits);
    expect(hits).toEqual([55, ...froms.map(() => 5)]);
  });

  test('of many names stay in memory for less time, and none is lost', () => {
    const clock = manualClock(0);
    const counters = new CountersByTime(clock.now);
    for (let round = 0; round < 10; round += 1) {
      for (let name = 0; name < 900; name += 1) {
        counters.countersOf('p', `m${name}`).counts.hits += 1;
      }
      clock.advance(300_000);
    }
    expect(counters.windows.length).toBeLessThan(4);
    const hits = [...counters].reduce((sum, one) => sum + one.counters.counts.hits, 0);
    expect(hits).toBe(9_000);
  });

  test('begin at 0 when they are cleared', () => {
    const counters = new CountersByTime(() => 0);
    counters.countersOf('p', 'm').counts.hits += 1;
    counters.clear();
    expect([...counters]).toEqual([]);
    counters.countersOf('p', 'm').counts.hits += 2;
    expect([...counters]).toMatchObject([{ counters: { counts: { hits: 2 } } }]);
  });

  test('stay in memory for 90 days', () => {
    const clock = manualClock();
    const counters = new CountersByTime(clock.now);
    for (let day = 0; day < 100; day += 1) {
      counters.countersOf('p', 'm');
      clock.advance(DAY);
    }
    expect([...counters]).toHaveLength(90);
  });

  test('count the names past the thousandth together', () => {
    const counters = new CountersByTime(() => 0);
    for (let count = 0; count < 1_500; count += 1)
      counters.countersOf('p', `m${count}`).counts.hits += 1;
    const all = [...counters];
    expect(all).toHaveLength(1_001);
    expect(all.at(-1)).toMatchObject({ provider: '(others)', counters: { counts: { hits: 500 } } });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])(
    'fail no call where the clock returns %d',
    (now) => {
      const counters = new CountersByTime(() => now);
      counters.countersOf('p', 'm').counts.hits += 1;
      counters.countersOf('p', 'm').counts.hits += 1;
      expect([...counters]).toMatchObject([{ day: 'unknown', counters: { counts: { hits: 2 } } }]);
    },
  );

  test('report the first change after everything was written', () => {
    const counters = new CountersByTime(() => 0);
    let changes = 0;
    counters.onChange = () => {
      changes += 1;
    };
    counters.countersOf('p', 'm');
    counters.countersOf('p', 'n');
    counters.takeChanged();
    counters.countersOf('p', 'm');
    expect(changes).toBe(2);
  });
});
