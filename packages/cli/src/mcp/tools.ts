import { type CliCommand, dashed, type OptionDefinition } from '../command-line/index.ts';

/** The commands that only read, with the options that an assistant has no use for. */
const READING: ReadonlyMap<string, readonly string[]> = new Map([
  ['stats', ['watch', 'interval']],
  ['list', []],
  ['namespaces', []],
  ['show', []],
  ['explain', []],
  ['diff', []],
  ['doctor', []],
  ['health', []],
  ['verify', []],
  ['config', []],
]);

/** The commands that change or remove entries or counts. Who allows writes has confirmed them: there is no terminal to ask on. */
const WRITING: ReadonlyMap<string, readonly string[]> = new Map([
  ['tag', ['yes']],
  ['rm', ['yes']],
  ['prune', ['yes']],
  ['clear', ['yes']],
  ['reset', ['yes']],
]);

/** What an assistant lists where it names no limit: its context is small. */
const MOST_LISTED = '50';

/** A part of a JSON Schema. */
interface Property {
  readonly type: 'boolean' | 'string' | 'array';
  readonly description: string;
  readonly enum?: readonly string[];
  readonly items?: { readonly type: 'string' };
}

/** What an assistant passes to a tool: the validated fields of its schema. */
export type ToolArguments = Readonly<Record<string, boolean | string | readonly string[]>>;

/** A command, as an assistant sees and calls it. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly isReading: boolean;
  /** JSON Schema of the arguments. */
  readonly schema: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, Property>>;
    readonly required: readonly string[];
    readonly additionalProperties: false;
  };
  /** The command line for these arguments, and what is on stdin. */
  commandLine(given: ToolArguments): { readonly argv: readonly string[]; readonly stdin: string };
}

function propertyOf({
  description,
  placeholder,
  words,
  isList,
}: OptionDefinition<unknown>): Property {
  if (placeholder === undefined) return { type: 'boolean', description };
  if (isList) return { type: 'array', items: { type: 'string' }, description };
  return words === undefined
    ? { type: 'string', description }
    : { type: 'string', description, enum: words };
}

/** An argument of the command that is not an option: `<key>`, `[keys...]`, `<file>`. */
interface Positional {
  readonly name: string;
  readonly isRequired: boolean;
  readonly property: Property;
  /** Its text goes to stdin: an assistant has the request, and no file. */
  readonly isInput: boolean;
}

function positionalOf(written: string): Positional {
  const name = written.replace(/[<>[\].]/g, '');
  const isList = written.includes('...');
  const isInput = name === 'file';
  const description = isInput
    ? 'the JSON text of the request, as the file of the command holds it'
    : 'key of an entry, or its first characters';
  const property: Property = isList
    ? { type: 'array', items: { type: 'string' }, description }
    : { type: 'string', description };
  return {
    name: isInput ? 'request' : name,
    isRequired: written.startsWith('<'),
    property,
    isInput,
  };
}

/** An option with its value in one word, so that no value is taken for an option. */
function optionWords(name: string, value: ToolArguments[string]): readonly string[] {
  if (value === true) return [dashed(name)];
  if (value === false) return [];
  return [value].flat().map((each) => `${dashed(name)}=${each}`);
}

function commandLineOf(
  { name, options = {} }: CliCommand,
  positionals: readonly Positional[],
  given: ToolArguments,
) {
  const words = Object.keys({ ...options, namespace: undefined }).flatMap((option) => {
    const value = given[option];
    return value === undefined ? [] : optionWords(option, value);
  });
  const isLimited = 'limit' in options && given.limit === undefined;
  const places = positionals.flatMap(({ name: place, isInput }) =>
    isInput ? ['-'] : [given[place] ?? []].flat().map(String),
  );
  const input = positionals.find(({ isInput }) => isInput);
  const limit = isLimited ? [`--limit=${MOST_LISTED}`] : [];
  const yes = WRITING.has(name) ? ['--yes'] : [];
  const stdin = input === undefined ? '' : String(given[input.name] ?? '');
  return { argv: [name, '--json', ...words, ...limit, ...yes, '--', ...places], stdin };
}

function toolOf(command: CliCommand, left: readonly string[], namespace: Property): Tool {
  const { name, summary, notes, options = {} } = command;
  const positionals = (command.positionals ?? []).map(positionalOf);
  const kept = Object.entries(options).filter(([option]) => !left.includes(option));
  const limited =
    'limit' in options ? ` It lists ${MOST_LISTED} entries at most without a limit.` : '';
  return {
    name,
    description: `${summary}${notes === undefined ? '' : ` ${notes}`}${limited}`,
    isReading: READING.has(name),
    schema: {
      type: 'object',
      properties: Object.fromEntries([
        ...positionals.map((each) => [each.name, each.property]),
        ...kept.map(([option, definition]) => [option, propertyOf(definition)]),
        ['namespace', namespace],
      ]),
      required: positionals.filter(({ isRequired }) => isRequired).map((each) => each.name),
      additionalProperties: false,
    },
    commandLine: (given) => commandLineOf(command, positionals, given),
  };
}

/** The tools for these commands: those that read, and with `allowWrites` those that change and remove too. */
export function toolsOf(commands: readonly CliCommand[], allowWrites: boolean): readonly Tool[] {
  const offered = allowWrites ? new Map([...READING, ...WRITING]) : READING;
  const namespace: Property = {
    type: 'string',
    description: 'namespace of the entries; the one of the server where it is left out',
  };
  return commands.flatMap((command) => {
    const left = offered.get(command.name);
    return left === undefined ? [] : [toolOf(command, left, namespace)];
  });
}
