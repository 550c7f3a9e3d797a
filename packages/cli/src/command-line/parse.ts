import { createRequire } from 'node:module';
import { visibleLines } from '@cached-llm/core/store';
import { Command, CommanderError, Help, Option } from 'commander';
import { EXIT, type ExitCode, type Host } from '../terminal/index.ts';
import { type CliCommand, type Globals, globalOptions } from './command.ts';
import { withSeparator } from './command-words.ts';
import { dashed, type OptionDefinitions, type OptionValues } from './options.ts';

/** How the parser words an error, and how a person reads it. */
const SENTENCES: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^unknown command '(.*)'$/s, (name) => `There is no command ${name}.`],
  [/^unknown option '(.*)'$/s, (name) => `There is no option ${name}.`],
  [/^missing required argument '(.*)'$/s, (name) => `The argument <${name}> is missing.`],
  [
    /^option '(?:-\w, )?(--[\w-]+) (<.*>)' argument missing$/s,
    (name, value) => `${name} needs a value: ${name} ${value}.`,
  ],
  [
    /^too many arguments for '(.*)'\. Expected (\d+) arguments? but got (\d+).*$/s,
    (name, most, given) =>
      `The command ${name} takes ${most === '0' ? 'no' : most} arguments, but got ${given}.`,
  ],
];

const REMEDY = 'Run cached-llm --help to see what there is.';

/** The parser's error in whole sentences: what is wrong, and what to write instead. */
function plainError(text: string): string {
  const [message = '', hint] = text.trim().split(/\n(?=\(Did you mean )/);
  const wrong = message.replace(/^error: /, '');
  const known = SENTENCES.find(([pattern]) => pattern.test(wrong));
  if (known === undefined) return text;
  const [pattern, sentence] = known;
  const what = sentence(...(pattern.exec(wrong)?.slice(1) ?? []));
  const remedy = hint === undefined ? REMEDY : hint.slice(1, -1);
  return `error: ${what} ${remedy}\n`;
}

const manifest: { readonly version: string } = createRequire(import.meta.url)(
  'cached-llm/package.json', // its own, from the sources as from the bundle
);

export const VERSION = manifest.version;

/** What the command line asks for. */
interface Parsed {
  readonly command: CliCommand;
  readonly positionals: readonly string[];
  readonly options: OptionValues<OptionDefinitions>;
  readonly globals: Globals;
}

const DEFAULT_WIDTH = 80;
const EXIT_CODES =
  'Exit codes: 0 success · 1 the command failed, or a check found a problem · 2 the command line is wrong, or a confirmation is missing · 3 answers differ · 130 interrupted. The verbs run, record and replay exit as the command that they run.';

function addOptions(parser: Command, definitions: OptionDefinitions): void {
  for (const [key, { placeholder, description, read }] of Object.entries(definitions)) {
    const name = dashed(key);
    const option = new Option(placeholder ? `${name} ${placeholder}` : name, description);
    if (placeholder) option.argParser((given, earlier) => read(given, name, earlier));
    parser.addOption(option);
  }
}

function addNotes(parser: Command, notes: string): void {
  const width = parser.configureOutput().getOutHelpWidth?.() ?? DEFAULT_WIDTH;
  parser.addHelpText('after', `\n${new Help().boxWrap(notes, width)}`);
}

function addCommand(
  program: Command,
  command: CliCommand,
  onParsed: (parsed: Parsed) => void,
): void {
  const { name, aliases = [], summary, positionals = [], options = {}, notes } = command;
  const parser = program
    .command(name)
    .aliases([...aliases])
    .summary(summary)
    .description(summary);
  for (const positional of positionals) parser.argument(positional);
  addOptions(parser, options);
  if (notes !== undefined) addNotes(parser, notes);
  parser.action(() =>
    onParsed({
      command,
      positionals: parser.processedArgs.flat().filter((argument) => argument !== undefined),
      options: parser.opts(),
      globals: program.opts(),
    }),
  );
}

function programFor(host: Host): Command {
  const program = new Command('cached-llm')
    .description('Answer repeated LLM calls from a cache, and manage what it stores.')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'Print the help of a command.')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(visibleLines(text)),
      outputError: (text, write) => write(plainError(text)),
      getOutHelpWidth: () => host.stdout.columns ?? DEFAULT_WIDTH,
      getErrHelpWidth: () => host.stderr.columns ?? DEFAULT_WIDTH,
    })
    .exitOverride();
  addNotes(program, EXIT_CODES);
  addOptions(program, globalOptions);
  return program;
}

/** `help list` is `list --help`, so that a verb that there is not gets the same message everywhere. */
function withoutHelpVerb(
  argv: readonly string[],
  commands: readonly CliCommand[],
): readonly string[] {
  const [verb, name] = argv;
  if (verb !== 'help') return argv;
  if (name === undefined || name.startsWith('-')) return ['--help'];
  const isKnown = commands.some((each) => each.name === name || each.aliases?.includes(name));
  return isKnown ? [name, '--help'] : [name];
}

/** What the command line asks for; or the exit code, where help or a usage error is all that is printed. */
export function parse(
  argv: readonly string[],
  host: Host,
  commands: readonly CliCommand[],
): Parsed | ExitCode {
  let parsed: Parsed | undefined;
  const program = programFor(host);
  for (const command of commands) {
    addCommand(program, command, (found) => {
      parsed = found;
    });
  }
  try {
    const words = withSeparator(withoutHelpVerb(argv, commands), commands);
    program.parse([...words], { from: 'user' });
    return parsed ?? EXIT.usage;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}
