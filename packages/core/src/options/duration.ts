import { inspect } from 'node:util';
import { LlmCacheError } from './errors.ts';

const MILLISECONDS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
} as const;

type Unit = keyof typeof MILLISECONDS;

/** A span of time: a number is milliseconds, as in Keyv; a string carries its unit: `'30m'`, `'1.5h'`. */
export type Duration = number | `${number}${Unit}`;

const WITH_UNIT = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

function refuse(option: string, value: unknown): never {
  const shown = typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 0 });
  throw new LlmCacheError(
    'INVALID_DURATION',
    `${option} is ${shown}, which is no duration. Write a number of milliseconds (1800000) or a number with its unit: '500ms', '30s', '30m', '12h', '7d'.`,
  );
}

/** Digits without a unit are refused: `'3600'` is seconds to one reader and milliseconds to the next. */
export function toMilliseconds(duration: Duration, option: string): number {
  if (typeof duration === 'number') {
    return duration >= 0 ? Math.ceil(duration) : refuse(option, duration);
  }
  const match = typeof duration === 'string' ? WITH_UNIT.exec(duration) : null;
  if (match === null) return refuse(option, duration);
  // The expression above lets no other unit through.
  return Math.ceil(Number(match[1]) * MILLISECONDS[match[2] as Unit]);
}

/** Like {@link toMilliseconds}, for spans where nothing at all would mean nothing: a ttl, a deadline. */
export function toPositiveMilliseconds(duration: Duration, option: string): number {
  const milliseconds = toMilliseconds(duration, option);
  return milliseconds > 0 ? milliseconds : refuse(option, duration);
}

/** A bound as an option gives it: a whole number above zero. */
export function toWholeNumber(given: number | undefined, option: string, unset: number): number {
  if (given === undefined) return unset;
  if (Number.isFinite(given) && given >= 1) return Math.floor(given);
  throw new LlmCacheError(
    'INVALID_OPTION',
    `${option} is ${String(given)}. Write a whole number above zero.`,
  );
}
