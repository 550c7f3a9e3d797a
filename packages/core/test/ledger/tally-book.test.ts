import { manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { TallyBook } from '../../src/ledger/counters.ts';

const DAY = 86_400_000;

describe('a book', () => {
  test('begins a page each day, in UTC', () => {
    const clock = manualClock(Date.UTC(2026, 0, 1, 23, 59, 59, 999));
    const book = new TallyBook(clock.now);
    book.tally('p', 'm').counts.hits += 1;
    clock.advance(1);
    book.tally('p', 'm').counts.hits += 2;
    clock.advance(-1); // a clock that is set back
    book.tally('p', 'm').counts.hits += 4;
    const pages = [...book].map(({ day, tally }) => [day, tally.counts.hits]);
    expect(pages).toEqual([
      ['2026-01-01', 5],
      ['2026-01-02', 2],
    ]);
  });

  test('keeps 90 days', () => {
    const clock = manualClock();
    const book = new TallyBook(clock.now);
    for (let day = 0; day < 100; day += 1) {
      book.tally('p', 'm');
      clock.advance(DAY);
    }
    expect([...book]).toHaveLength(90);
  });

  test('counts names past the thousandth together', () => {
    const book = new TallyBook(() => 0);
    for (let count = 0; count < 1_500; count += 1) book.tally('p', `m${count}`).counts.hits += 1;
    const all = [...book];
    expect(all).toHaveLength(1_001);
    expect(all.at(-1)).toMatchObject({ provider: '(others)', tally: { counts: { hits: 500 } } });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])(
    'breaks no call where the clock says %d',
    (now) => {
      const book = new TallyBook(() => now);
      book.tally('p', 'm').counts.hits += 1;
      book.tally('p', 'm').counts.hits += 1;
      expect([...book]).toMatchObject([{ day: 'unknown', tally: { counts: { hits: 2 } } }]);
    },
  );

  test('tells of the first change after all was written down', () => {
    const book = new TallyBook(() => 0);
    let changes = 0;
    book.onChange = () => {
      changes += 1;
    };
    book.tally('p', 'm');
    book.tally('p', 'n');
    for (const day of book.days) day.isChanged = false;
    book.tally('p', 'm');
    expect(changes).toBe(2);
  });
});
