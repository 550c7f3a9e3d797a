import { type CliCommand, dashed, defineCommand, globalOptions } from '../command-line/index.ts';
import { UsageFailure } from '../terminal/index.ts';

/** What a shell offers behind `cached-llm`. */
interface Offer {
  readonly name: string;
  readonly names: readonly string[];
  readonly summary: string;
  readonly options: readonly OfferedOption[];
}

interface OfferedOption {
  /** With its dashes. */
  readonly name: string;
  readonly description: string;
  readonly takesValue: boolean;
  readonly words: readonly string[];
}

function optionsOf(options: CliCommand['options'] = {}): readonly OfferedOption[] {
  return Object.entries(options).map(([name, { description, placeholder, words = [] }]) => {
    return { name: dashed(name), description, takesValue: placeholder !== undefined, words };
  });
}

const GLOBALS = optionsOf(globalOptions);
const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

const namesOf = (options: readonly OfferedOption[]) => options.map(({ name }) => name).join(' ');

/** Each option that takes one of a few words, once. */
function wordsByOption(offers: readonly Offer[]): ReadonlyMap<string, readonly string[]> {
  const options = offers.flatMap((offer) => offer.options).filter(({ words }) => words.length > 0);
  return new Map(options.map(({ name, words }) => [name, words]));
}

/** The shell code that finds the verb among the words before the cursor. */
const caseOf = (offers: readonly Offer[], indent: string) =>
  offers
    .map(({ names, options }) => `${indent}${names.join('|')}) options="${namesOf(options)}" ;;`)
    .join('\n');

const valueCases = (offers: readonly Offer[], offer: (words: string) => string) =>
  [...wordsByOption(offers)]
    .map(([name, words]) => `    ${name}) ${offer(words.join(' '))}; return ;;`)
    .join('\n');

const allNames = (offers: readonly Offer[]) => offers.flatMap(({ names }) => names);

function bash(offers: readonly Offer[]): string {
  return `# Load it with: source <(cached-llm completion bash)
_cached_llm() {
  local word="\${COMP_WORDS[COMP_CWORD]}" verb="" options="" each
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${valueCases(offers, (words) => `COMPREPLY=($(compgen -W "${words}" -- "$word"))`)}
  esac
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$each" in ${allNames(offers).join('|')}) verb="$each"; break ;; esac
  done
  case "$verb" in
${caseOf(offers, '    ')}
    *) options="${allNames(offers).join(' ')}" ;;
  esac
  COMPREPLY=($(compgen -W "$options ${namesOf(GLOBALS)} --help" -- "$word"))
}
complete -o default -F _cached_llm cached-llm
`;
}

function zsh(offers: readonly Offer[]): string {
  return `#compdef cached-llm
# Load it with: source <(cached-llm completion zsh)
_cached_llm() {
  local verb="" options="" each
  case "\${words[CURRENT-1]}" in
${valueCases(offers, (words) => `compadd -- ${words}`)}
  esac
  for each in "\${words[@]:1:$((CURRENT-2))}"; do
    case "$each" in ${allNames(offers).join('|')}) verb="$each"; break ;; esac
  done
  case "$verb" in
${caseOf(offers, '    ')}
    *) options="${allNames(offers).join(' ')}" ;;
  esac
  compadd -- \${=options} ${namesOf(GLOBALS)} --help
  [[ -n "$verb" ]] && _files
}
compdef _cached_llm cached-llm
`;
}

const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, (mark) => `\\${mark}`)}'`;

function fishOption({ name, description, takesValue, words }: OfferedOption, when: string): string {
  const values = words.length > 0 ? ` -f -a ${quoted(words.join(' '))}` : '';
  const takes = takesValue ? ' -r' : '';
  return `complete -c cached-llm${when} -l ${name.slice(2)}${takes}${values} -d ${quoted(description)}`;
}

function fish(offers: readonly Offer[]): string {
  const all = allNames(offers).join(' ');
  const lines = offers.flatMap(({ names, summary, options }) => [
    ...names.map((name) => {
      const isFirst = quoted(`not __fish_seen_subcommand_from ${all}`);
      return `complete -c cached-llm -f -n ${isFirst} -a ${name} -d ${quoted(summary)}`;
    }),
    ...options.map((option) => {
      return fishOption(option, ` -n ${quoted(`__fish_seen_subcommand_from ${names.join(' ')}`)}`);
    }),
  ]);
  const globals = GLOBALS.map((option) => fishOption(option, ''));
  const how = '# Load it with: cached-llm completion fish | source';
  return `${[how, ...lines, ...globals].join('\n')}\n`;
}

const SCRIPTS: Readonly<Record<Shell, (offers: readonly Offer[]) => string>> = { bash, zsh, fish };

/** The command that writes the script with which a shell completes the given commands. */
export function completionOf(commands: readonly CliCommand[]): CliCommand {
  const own = { name: 'completion', summary: 'Print the completion script of a shell.' };
  const offers = [...commands, { ...own, aliases: [], options: {} }].map((command): Offer => {
    const { name, aliases = [], summary, options } = command;
    return { name, names: [name, ...aliases], summary, options: optionsOf(options) };
  });
  return defineCommand({
    ...own,
    positionals: ['<shell>'],
    notes:
      'The shell is bash, zsh or fish. Load the script at the start of the shell: source <(cached-llm completion bash) in ~/.bashrc, source <(cached-llm completion zsh) in ~/.zshrc after compinit, or cached-llm completion fish | source in config.fish.',
    async run({ session: { output }, positionals: [given = ''] }) {
      const shell = SHELLS.find((each) => each === given);
      if (shell === undefined) {
        throw new UsageFailure(`There is no completion for ${given}. Write bash, zsh or fish.`);
      }
      const script = SCRIPTS[shell](offers);
      await output.print({ shell, script }, () => script.trimEnd());
      return undefined;
    },
  });
}
