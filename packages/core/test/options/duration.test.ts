import { describe, expect, test } from '@jest/globals';
import { LlmCacheError } from '../../src/options/errors.ts';
import { type Duration, toMilliseconds, toPositiveMilliseconds } from '../../src/options/time.ts';

// JavaScript callers may write what the type does not allow.
const read = (given: unknown) => toMilliseconds(given as Duration, 'ttl');

function refusal(run: () => unknown): LlmCacheError {
  try {
    run();
  } catch (error) {
    if (error instanceof LlmCacheError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a duration', () => {
  test.each([
    [0, 0],
    [1, 1],
    [0.2, 1],
    [1_800_000, 1_800_000],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['0s', 0],
    ['1ms', 1],
    ['0.5ms', 1],
    ['30s', 30_000],
    ['30m', 1_800_000],
    ['1.5h', 5_400_000],
    ['007d', 604_800_000],
    ['7d', 604_800_000],
    ['36500d', 3_153_600_000_000],
  ])('%p is %p milliseconds', (given, milliseconds) => {
    expect(read(given)).toBe(milliseconds);
  });

  test.each([
    ['5 minutes'],
    ['5min'],
    ['5M'],
    ['5H'],
    ['NaN'],
    ['NaNs'],
    ['Infinity'],
    ['Infinitys'],
    ['3600'],
    [''],
    [' '],
    [' 5m'],
    ['5m '],
    ['5m\n'],
    ['5 m'],
    ['-5m'],
    ['+5m'],
    ['1e3s'],
    ['0x10s'],
    ['1,5h'],
    ['.5h'],
    ['1.h'],
    ['1h30m'],
    ['1w'],
    ['٣m'],
    [Number.NaN],
    [-1],
    [-0.001],
    [Number.NEGATIVE_INFINITY],
    [null],
    [undefined],
    [true],
    [5n],
    [Symbol('5m')],
    [['5m']],
    [{ minutes: 5 }],
    [{ toString: () => '5m' }],
    [Object.create(null)],
    [new Date(5)],
    [() => '5m'],
  ])('cannot be %p, and the error says what to write', (given) => {
    const { code, message } = refusal(() => read(given));
    expect(code).toBe('INVALID_DURATION');
    expect(message).toMatch(/^ttl is .+ Write .+'30s'/s);
  });

  test('is shown in the error as it was written', () => {
    expect(refusal(() => read('5 minutes')).message).toContain('"5 minutes"');
    expect(refusal(() => read(-1)).message).toContain('-1');
  });
});

describe('a duration above zero', () => {
  test.each([[0], [-0], ['0s'], ['0.0d']])('cannot be %p', (given) => {
    const run = () => toPositiveMilliseconds(given as Duration, 'ttl');
    expect(refusal(run).code).toBe('INVALID_DURATION');
    expect(refusal(run).message).toContain('not a duration above zero. Write');
  });

  test.each([
    [1, 1],
    ['1ms', 1],
    ['0.0001ms', 1],
  ] as const)('can be %p', (given, milliseconds) => {
    expect(toPositiveMilliseconds(given, 'ttl')).toBe(milliseconds);
  });
});
