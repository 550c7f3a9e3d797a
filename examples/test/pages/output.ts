import { basename } from 'node:path';
import { programOf } from './commands.ts';
import type { Snippet } from './snippet.ts';

/** One command that a page prints, with the lines that it prints below it. */
export interface ShownRun {
  readonly program: 'node' | 'cached-llm' | 'jest';
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** `undefined` if the page does not show what is printed. */
  readonly lines: readonly string[] | undefined;
}

const isJestTest = ({ file, code }: Snippet) =>
  /\.test\.[cm]?[jt]s$/.test(file) && !code.includes('node:test');

function runOf(command: string, lines: readonly string[], snippet: Snippet): ShownRun {
  const { environment, program, words } = programOf(command);
  if (program === 'cached-llm') return { program, words, environment, lines };
  if (basename(words.at(-1) ?? '') === basename(snippet.file))
    return { ...alone(snippet), environment, lines };
  throw new Error(
    `${snippet.place}: "${command}" below the program runs neither it nor cached-llm.`,
  );
}

function alone(snippet: Snippet): ShownRun {
  const program = isJestTest(snippet) ? 'jest' : 'node';
  return { program, words: [snippet.file], environment: {}, lines: undefined };
}

/** The commands that the page prints below a program, in their order; else its program alone. */
export function shownRuns(snippet: Snippet): ShownRun[] {
  const { shown } = snippet;
  if (shown === '') return [alone(snippet)];
  if (!/^\$ /m.test(shown)) return [{ ...alone(snippet), lines: shown.trimEnd().split('\n') }];
  return shown.split(/^\$ /m).flatMap((part) => {
    const [command = '', ...lines] = part.trimEnd().split('\n');
    return command === '' ? [] : [runOf(command, lines, snippet)];
  });
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** A line of a page as a pattern: `…` stands for any text. A line that is only `…` stands for any lines. */
function patternOf(lines: readonly string[]): RegExp {
  const patterns = lines.map((line) =>
    line.trim() === '…'
      ? '(?:.*\\n)*?'
      : `${line.trimEnd().split('…').map(escaped).join('.*')}\\s*?\\n`,
  );
  return new RegExp(`^${patterns.join('')}$`);
}

/** Where an output is not what a page prints. Empty lines and spaces at the end of a line do not count. */
export function differencesIn(lines: readonly string[] | undefined, output: string): string[] {
  if (lines === undefined) return [];
  const withoutEmpty = (all: readonly string[]) => all.filter((line) => line.trim() !== '');
  const [shown, printed] = [withoutEmpty(lines), withoutEmpty(output.split('\n'))];
  if (patternOf(shown).test(printed.map((line) => `${line.trimEnd()}\n`).join(''))) return [];
  return [`The page prints:\n${shown.join('\n')}\nThe program prints:\n${printed.join('\n')}`];
}
