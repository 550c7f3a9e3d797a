import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { DeadlineError, withDeadline } from '../../src/store/bounded-wait.ts';

const never = new Promise<never>(() => {});

describe('a deadline', () => {
  test('ends the wait for a promise that never settles', async () => {
    await expect(withDeadline(never, 5)).rejects.toBeInstanceOf(DeadlineError);
    await expect(withDeadline(never, 5)).rejects.toMatchObject({ code: 'timeout' });
  });

  test.each([-10, -1, 0])('that was over %i ms ago ends the wait', async (milliseconds) => {
    await expect(withDeadline(never, milliseconds)).rejects.toBeInstanceOf(DeadlineError);
  });

  test('changes nothing for a promise that settles in time', async () => {
    const error = new Error('down');
    expect(await withDeadline(Promise.resolve('row'), 1_000)).toBe('row');
    await expect(withDeadline(Promise.reject(error), 1_000)).rejects.toBe(error);
  });

  test('that is longer than the maximum of a timer does not pass at once', async () => {
    for (const milliseconds of [2 ** 31, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
      expect(await withDeadline(delay(10, 'row'), milliseconds)).toBe('row');
    }
  });

  test('handles a promise that rejects later', async () => {
    let fail = (_error: Error) => {};
    const late = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    await expect(withDeadline(late, 5)).rejects.toBeInstanceOf(DeadlineError);
    fail(new Error('late'));
    await turn(); // an unhandled rejection fails this test
  });
});
