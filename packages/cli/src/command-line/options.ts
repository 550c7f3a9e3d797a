import type { Duration } from '@cached-llm/core';
import { toMilliseconds } from '@cached-llm/core/store';
import { UsageFailure } from '../terminal/index.ts';

/** One option of a command: how help shows it, and how its value is read. */
export interface OptionDefinition<Value> {
  /** What help shows behind the name, such as `<url>`. An option without it takes no value. */
  readonly placeholder?: string;
  readonly description: string;
  /** All values that it takes, where they are few words. */
  readonly words?: readonly string[];
  /** May it be given several times? @default false */
  readonly isList?: boolean;
  /**
   * Reads what stands behind the option called `name`. `earlier` is its value so far, where the option was
   * already given before.
   *
   * @throws {UsageFailure | LlmCacheError} with the option, the value and what to write instead
   */
  read(given: string, name: string, earlier: Value | undefined): Value;
}

/** Options by the camel-case form of their names: `olderThan` is written `--older-than`. */
export type OptionDefinitions = Readonly<Record<string, OptionDefinition<unknown>>>;

/** The values of the options that were given. */
export type OptionValues<Of extends OptionDefinitions> = {
  readonly [Name in keyof Of]?: Of[Name] extends OptionDefinition<infer Value>
    ? Value | undefined
    : never;
};

/** `olderThan` is written `--older-than`. */
export function dashed(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
]);

function refuse(given: string, name: string, remedy: string): never {
  throw new UsageFailure(`${name} cannot be ${JSON.stringify(given)}. ${remedy}`);
}

function readBytes(given: string, name: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(given) ?? [];
  const factor = UNITS.get(unit.toLowerCase());
  if (digits === undefined || factor === undefined) {
    return refuse(given, name, 'Write a size such as 500kb, 20mb or 1gb.');
  }
  return Math.round(Number(digits) * factor);
}

function readCount(given: string, name: string): number {
  const number = /^\d+$/.test(given) ? Number(given) : 0;
  return number > 0 ? number : refuse(given, name, 'Write a whole number above zero.');
}

function readPort(given: string, name: string): number {
  const number = /^\d{1,5}$/.test(given) ? Number(given) : 65_536;
  return number < 65_536 ? number : refuse(given, name, 'Write a port from 0 to 65535.');
}

function readShare(given: string, name: string): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(given)?.[1];
  const number = percent === undefined ? Number(given) : Number(percent) / 100;
  if (given !== '' && number >= 0 && number <= 1) return number;
  return refuse(given, name, 'Write a share such as 0.5 or 50%.');
}

/** An option without a value. */
export const flag = (description: string): OptionDefinition<boolean> => ({
  description,
  read: () => true,
});

export const text = (placeholder: string, description: string): OptionDefinition<string> => ({
  placeholder,
  description,
  read: (given) => given,
});

/** An option that may be given several times. */
export const texts = (
  placeholder: string,
  description: string,
): OptionDefinition<readonly string[]> => ({
  placeholder,
  description,
  isList: true,
  read: (given, _name, earlier = []) => [...earlier, given],
});

const HAS_UNIT = /^\d+(\.\d+)?(ms|s|m|h|d)$/;

/** Digits alone are seconds to one reader and milliseconds to the next. */
function readDuration(given: string, name: string): number {
  if (HAS_UNIT.test(given)) return toMilliseconds(given as Duration, name); // the expression shows it
  if (!/^\d+(\.\d+)?$/.test(given)) {
    return refuse(given, name, 'Write a number and its unit: 500ms, 30s, 30m, 12h or 7d.');
  }
  const written = `Write ${given}s for seconds, ${given}m for minutes, ${given}h for hours`;
  throw new UsageFailure(
    `${name} is ${given}, which has no unit. ${written} or ${given}d for days.`,
  );
}

/** In milliseconds; written with its unit, as `30m`. */
export const duration = (description: string): OptionDefinition<number> => ({
  placeholder: '<duration>',
  description,
  read: readDuration,
});

function readAgo(given: string, name: string): number {
  const isDuration = HAS_UNIT.test(given) || Number(given) > 0;
  const milliseconds = isDuration ? readDuration(given, name) : 0;
  return milliseconds > 0
    ? milliseconds
    : refuse(given, name, 'Write how long ago, with its unit: 30m, 1h, 7d.');
}

/** A span of time before now, in milliseconds; above zero, and written with its unit, as `1h`. */
export const ago = (description: string): OptionDefinition<number> => ({
  placeholder: '<duration>',
  description,
  read: readAgo,
});

/** In bytes; written `500kb`, `2mb`. */
export const bytes = (description: string): OptionDefinition<number> => ({
  placeholder: '<size>',
  description,
  read: readBytes,
});

export const count = (description: string): OptionDefinition<number> => ({
  placeholder: '<count>',
  description,
  read: readCount,
});

/** 0 is any free port. */
export const port = (description: string): OptionDefinition<number> => ({
  placeholder: '<port>',
  description,
  read: readPort,
});

/** Between 0 and 1; written `0.5` or `50%`. */
export const share = (description: string): OptionDefinition<number> => ({
  placeholder: '<share>',
  description,
  read: readShare,
});

export const oneOf = <Word extends string>(
  placeholder: string,
  words: readonly Word[],
  description: string,
): OptionDefinition<Word> => ({
  placeholder,
  description: `${description}: ${words.join(', ')}`,
  words,
  read: (given, name) =>
    words.find((word) => word === given) ??
    refuse(given, name, `Write one of ${words.join(', ')}.`),
});
