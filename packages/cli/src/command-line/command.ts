import type { ExitCode, Host, Output } from '../terminal/index.ts';
import { dashed, flag, type OptionDefinitions, type OptionValues, text } from './options.ts';

/** The options that every command has. */
export const globalOptions = {
  store: text(
    '<url>',
    'store: ./llm.db, sqlite:./llm.db or redis://host:6379 (or CACHED_LLM_STORE)',
  ),
  namespace: text('<name>', 'namespace of the entries (or CACHED_LLM_NAMESPACE)'),
  secretFile: text(
    '<path>',
    'file with the secrets of an encrypted store, one per line (or CACHED_LLM_SECRETS)',
  ),
  json: flag('print JSON, one object per line'),
} as const;

export type Globals = OptionValues<typeof globalOptions>;

/** The global options that the user wrote, for the commands that this one runs. */
export const globalWords = ({ json: _, ...globals }: Globals): readonly string[] =>
  Object.entries(globals).map(([name, value]) => `${dashed(name)}=${value}`);

/** What every command works with, in one run of the program. */
export interface Session {
  readonly host: Host;
  readonly globals: Globals;
  readonly output: Output;
}

interface Invocation<Of extends OptionDefinitions> {
  readonly session: Session;
  /** The arguments that are not options, in their order. */
  readonly positionals: readonly string[];
  readonly options: OptionValues<Of>;
}

interface CommandDefinition<Of extends OptionDefinitions> {
  readonly name: string;
  /** Other names that people type. */
  readonly aliases?: readonly string[];
  /** One line of help. */
  readonly summary: string;
  /** The arguments that are not options, as help shows them: `<key>`, `[file]`, `[keys...]`. */
  readonly positionals?: readonly string[];
  readonly options?: Of;
  /** Its positionals are a command with options of its own, which stay as they are. @default false */
  readonly takesCommand?: boolean;
  /** What help shows below the options. */
  readonly notes?: string;
  /** Does the work, and returns the exit code. @default 0 */
  run(invocation: Invocation<Of>): Promise<ExitCode | undefined>;
}

/** A command whose own options are known only to itself. */
export type CliCommand = CommandDefinition<OptionDefinitions>;

export function defineCommand<Of extends OptionDefinitions>(
  definition: CommandDefinition<Of>,
): CliCommand {
  const { options, run, ...rest } = definition;
  return {
    ...rest,
    options: options ?? {},
    // `parse` reads each value by the `read` of its own definition.
    run: (invocation) => run({ ...invocation, options: invocation.options as OptionValues<Of> }),
  };
}
