import { Option } from 'commander';
import { UsageFailure } from '../terminal/exit.ts';
import type { Flags } from './options.ts';

/** `olderThan` is written `--older-than`. */
export function dashed(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What is wrong with a value says whose it is. */
function readFlag(name: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageFailure) throw new UsageFailure(`${name} ${error.message}`);
    throw error;
  }
}

/** A flag as commander takes it. */
export function optionOf([key, flag]: readonly [string, Flags[string]]): Option {
  const name = dashed(key);
  const { placeholder } = flag;
  if (placeholder === undefined) return new Option(name, flag.description);
  const option = new Option(`${name} ${placeholder}`, flag.description);
  return option.argParser((text, earlier) => readFlag(name, () => flag.read(text, earlier)));
}
