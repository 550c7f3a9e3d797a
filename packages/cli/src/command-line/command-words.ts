import { type CliCommand, globalOptions } from './command.ts';
import { dashed, type OptionDefinitions } from './options.ts';

const GLOBALS: OptionDefinitions = globalOptions;

/** Does the option take the next word as its value? */
function takesNext(word: string, options: OptionDefinitions): boolean {
  const found = Object.entries(options).find(([name]) => dashed(name) === word);
  return found?.[1].placeholder !== undefined;
}

/** The place of the first word from `start` on that is neither an option nor the value of one. */
function firstWord(
  argv: readonly string[],
  start: number,
  options: OptionDefinitions,
): number | undefined {
  for (let at = start; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') return undefined;
    if (!word.startsWith('-')) return at;
    if (takesNext(word, options)) at += 1;
  }
  return undefined;
}

/**
 * Puts `--` before the words of a command, if a user has left it out or a package runner has taken it away. Then the options of
 * that command are its own, also those that have the same name here.
 */
export function withSeparator(
  argv: readonly string[],
  commands: readonly CliCommand[],
): readonly string[] {
  const verb = firstWord(argv, 0, GLOBALS);
  if (verb === undefined) return argv;
  const { takesCommand, options } = commands.find(({ name }) => name === argv[verb]) ?? {};
  if (takesCommand !== true) return argv;
  const start = firstWord(argv, verb + 1, { ...GLOBALS, ...options });
  return start === undefined ? argv : [...argv.slice(0, start), '--', ...argv.slice(start)];
}
