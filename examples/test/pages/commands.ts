import type { Block } from './page.ts';

/** A command of a page, read as a shell reads a simple one. */
export interface Command {
  readonly environment: Readonly<Record<string, string>>;
  /** Without `npx` and its like. */
  readonly program: string;
  readonly words: readonly string[];
}

const WORD = /(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g;
const RUNNERS = ['npx', 'pnpm', 'pnpx', 'bunx', 'yarn', 'exec', 'dlx', '-y', '--yes'];

const unquoted = (word: string) => word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, '$1$2');

/** Reads a command up to the first pipe, redirection, comment or next command. */
export function programOf(line: string): Command {
  const [simple = ''] = line.split(/ (?:[|<>#&;]|2>|&&|\|\|)/);
  const all = (simple.match(WORD) ?? []).map(unquoted);
  const assigned = all.findIndex((word) => !/^\w+=/.test(word));
  const environment = Object.fromEntries(
    all.slice(0, Math.max(0, assigned)).map((word) => {
      const [name = '', ...value] = word.split('=');
      return [name, value.join('=')];
    }),
  );
  const words = all.slice(Math.max(0, assigned));
  while (RUNNERS.includes(words[0] ?? '')) words.shift();
  const [program = '', ...rest] = words;
  return { environment, program: program.replace(/@[\d.]+$/, ''), words: rest };
}

/** The commands in a block of a shell: each line of `sh`, and each line after a `$` of `console`. */
export function commandsIn({ language, text }: Block): string[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  if (language === 'console')
    return lines.filter((line) => /^\$ /.test(line)).map((line) => line.slice(2));
  if (!['sh', 'bash', 'shell'].includes(language)) return [];
  return lines.filter((line) => /^\s*[^\s#]/.test(line));
}
