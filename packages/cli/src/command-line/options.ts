import { type Duration, toMilliseconds } from '@cached-llm/core';
import { UsageFailure } from '../terminal/exit.ts';

/** A flag's value, its description, and how its text is read; its name is the key it stands under. */
export interface Flag<Value> {
  /** As help shows it: `<url>`. Nothing for a flag that is there or not. */
  readonly placeholder?: string;
  readonly description: string;
  /** `earlier` is the value of the same flag before. */
  read(text: string, earlier: Value | undefined): Value;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** What was given, of those flags. */
export type Given<Of extends Flags> = {
  readonly [Name in keyof Of]?: Of[Name] extends Flag<infer Value> ? Value | undefined : never;
};

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
]);

function refuse(text: string, remedy: string): never {
  throw new UsageFailure(`${JSON.stringify(text)} is not understood. ${remedy}`);
}

function readBytes(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = UNITS.get(unit.toLowerCase());
  if (digits === undefined || factor === undefined) return refuse(text, 'Write 500kb, 20mb, 1gb.');
  return Math.round(Number(digits) * factor);
}

function readCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  return count > 0 ? count : refuse(text, 'Write a whole number above zero.');
}

function readShare(text: string): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  const share = percent === undefined ? Number(text) : Number(percent) / 100;
  return text !== '' && share >= 0 && share <= 1 ? share : refuse(text, 'Write 0.5 or 50%.');
}

export const toggle = (description: string): Flag<boolean> => ({ description, read: () => true });

export const text = (placeholder: string, description: string): Flag<string> => ({
  placeholder,
  description,
  read: (given) => given,
});

/** May be given many times. */
export const texts = (placeholder: string, description: string): Flag<readonly string[]> => ({
  placeholder,
  description,
  read: (given, earlier = []) => [...earlier, given],
});

/** Milliseconds. */
export const span = (name: string, description: string): Flag<number> => ({
  placeholder: '<duration>',
  description,
  read: (given) => toMilliseconds(given as Duration, name), // which refuses what is none
});

export const bytes = (description: string): Flag<number> => ({
  placeholder: '<size>',
  description,
  read: readBytes,
});

export const count = (placeholder: string, description: string): Flag<number> => ({
  placeholder,
  description,
  read: readCount,
});

/** Between 0 and 1. */
export const share = (description: string): Flag<number> => ({
  placeholder: '<share>',
  description,
  read: readShare,
});

export const oneOf = <Word extends string>(
  placeholder: string,
  words: readonly Word[],
  description: string,
): Flag<Word> => ({
  placeholder,
  description: `${description}: ${words.join(', ')}`,
  read: (given) =>
    words.find((word) => word === given) ?? refuse(given, `Write ${words.join(', ')}.`),
});
