import { describe, expect, test } from '@jest/globals';
import { isLlmCacheError, LlmCacheError } from '../../src/options/errors.ts';

describe('isLlmCacheError', () => {
  const miss = new LlmCacheError('REPLAY_MISS', 'No answer is recorded.');

  test.each<[string, boolean, unknown]>([
    ['the error itself', true, miss],
    ['the cause of a cause', true, new Error('a', { cause: new Error('b', { cause: miss }) })],
    ['an error of another copy of core', true, { name: 'LlmCacheError', code: 'REPLAY_MISS' }],
    ['the message of an SDK', true, new Error('406 LlmCacheError REPLAY_MISS: No answer')],
    ['another error', false, new Error('406 Not acceptable')],
    ['an error of another code', false, new LlmCacheError('INVALID_OPTION', 'ttl')],
    ['a text', false, 'text'],
    ['undefined', false, undefined],
  ])('for %s returns %p', (_where, expected, error) => {
    expect(isLlmCacheError(error, 'REPLAY_MISS')).toBe(expected);
  });

  test('accepts every code where none is given, and ends at a cycle of causes', () => {
    expect(isLlmCacheError(new LlmCacheError('INVALID_OPTION', 'ttl'))).toBe(true);
    const cycle: { cause?: unknown } = {};
    cycle.cause = cycle;
    expect(isLlmCacheError(cycle)).toBe(false);
    expect(isLlmCacheError(null)).toBe(false);
  });

  test('narrows an error to what is true of it, and no other error to nothing', () => {
    const seen: string[] = [];
    const read = (error: unknown, failed: Error) => {
      if (isLlmCacheError(error)) seen.push(error.message, String(error.code));
      if (isLlmCacheError(error) && error instanceof LlmCacheError) seen.push(error.code);
      if (!isLlmCacheError(failed)) seen.push(failed.message);
    };
    read(miss, new Error('other'));
    expect(seen).toEqual(['No answer is recorded.', 'REPLAY_MISS', 'REPLAY_MISS', 'other']);
  });
});
