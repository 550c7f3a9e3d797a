import { LlmCacheError } from './errors.ts';

/** A bound as an option gives it: a whole number above zero. */
export function toBound(given: number | undefined, option: string, unset: number): number {
  if (given === undefined) return unset;
  if (Number.isFinite(given) && given >= 1) return Math.floor(given);
  throw new LlmCacheError(
    'INVALID_OPTION',
    `${option} is ${String(given)}. Write a whole number above zero.`,
  );
}
