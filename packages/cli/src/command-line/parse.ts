import { Command, CommanderError, Help } from 'commander';
import { VERBS } from '../commands/index.ts';
import { EXIT, type ExitCode } from '../terminal/exit.ts';
import type { Host } from '../terminal/host.ts';
import type { Verb } from './command.ts';
import { type GlobalFlags, globalFlags } from './global-flags.ts';
import { optionOf } from './option-of.ts';
import type { Flags, Given } from './options.ts';
import { VERSION } from './version.ts';

/** What the user asks for. */
export interface Asked {
  readonly verb: Verb;
  readonly words: readonly string[];
  readonly given: Given<Flags>;
  readonly globals: Given<GlobalFlags>;
}

const USUAL_WIDTH = 80;
const ENDS =
  'Exit codes: 0 all is well · 1 it failed, or is not as it should be · 2 it was not understood, or not dared · 130 interrupted.';

function addFlags(command: Command, flags: Flags): void {
  for (const entry of Object.entries(flags)) command.addOption(optionOf(entry));
}

function addNotes(command: Command, notes: string): void {
  const width = command.configureOutput().getOutHelpWidth?.() ?? USUAL_WIDTH;
  command.addHelpText('after', `\n${new Help().boxWrap(notes, width)}`);
}

function addVerb(program: Command, verb: Verb, onAsked: (asked: Asked) => void): void {
  const command = program.command(verb.name).summary(verb.summary).description(verb.summary);
  for (const word of verb.words ?? []) command.argument(word);
  addFlags(command, verb.flags ?? {});
  if (verb.notes !== undefined) addNotes(command, verb.notes);
  command.action(() => {
    // The flags are those that `addFlags` told commander of, read by their own `read`.
    const [given, globals] = [command.opts() as Given<Flags>, program.opts() as Given<GlobalFlags>];
    onAsked({
      verb,
      words: command.processedArgs.flat().filter((word) => word !== undefined),
      given,
      globals,
    });
  });
}

function programFor(host: Host, onAsked: (asked: Asked) => void): Command {
  const program = new Command('cached-llm')
    .description('See and steer what an LLM cache holds.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('--help', 'print this')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      getOutHelpWidth: () => host.stdout.columns ?? 80,
      getErrHelpWidth: () => host.stderr.columns ?? 80,
    })
    .exitOverride();
  addNotes(program, ENDS);
  addFlags(program, globalFlags);
  for (const verb of VERBS) addVerb(program, verb, onAsked);
  return program;
}

/** What is asked for, or what to end with where help or a complaint was all there is to say. */
export function parse(argv: readonly string[], host: Host): Asked | ExitCode {
  let asked: Asked | undefined;
  const program = programFor(host, (found) => {
    asked = found;
  });
  try {
    program.parse(argv, { from: 'user' });
    return asked ?? EXIT.usage;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}
