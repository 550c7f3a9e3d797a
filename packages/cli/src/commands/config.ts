import { visibleText } from '@cached-llm/core/store';
import { dashed, defineCommand, type Globals } from '../command-line/index.ts';
import { environmentProblem, maskedUrl } from '../store/index.ts';
import { EXIT, formatTable, type Host } from '../terminal/index.ts';

interface Source {
  readonly name: string;
  readonly option?: keyof Globals;
  /** Without the prefix `CACHED_LLM_`; the first one that is set counts. */
  readonly variables: readonly string[];
  /** The default of core, as its documentation writes it. */
  readonly unset: string;
  /** Hides what must not be shown. */
  readonly mask?: (text: string) => string;
}

function maskedSecrets(text: string): string {
  const secrets = text.split(',').filter((secret) => secret.trim() !== '');
  return secrets.length === 1 ? '***' : `*** (${secrets.length} secrets)`;
}

const SOURCES: readonly Source[] = [
  { name: 'store', option: 'store', variables: ['STORE'], unset: 'memory:', mask: maskedUrl },
  { name: 'namespace', option: 'namespace', variables: ['NAMESPACE'], unset: 'cached-llm' },
  {
    name: 'secret',
    option: 'secretFile',
    variables: ['SECRETS', 'SECRET'],
    unset: 'none',
    mask: maskedSecrets,
  },
  { name: 'enabled', variables: ['ENABLED'], unset: 'true' },
  { name: 'mode', variables: ['MODE'], unset: 'read-write' },
  { name: 'ttl', variables: ['TTL'], unset: '7d' },
  { name: 'maxEntries', variables: ['MAX_ENTRIES'], unset: '10000' },
  { name: 'maxBytes', variables: ['MAX_BYTES'], unset: '67108864' },
];

/** An option counts before a variable, and a variable before the default; `from` says which one it was. */
function settingOf(
  { name, option, variables, unset, mask = (text) => text }: Source,
  { environment }: Host,
  globals: Globals,
) {
  const given = option === undefined ? undefined : globals[option];
  if (option !== undefined && typeof given === 'string') {
    return { name, value: option === 'secretFile' ? given : mask(given), from: dashed(option) };
  }
  const names = variables.map((each) => `CACHED_LLM_${each}`);
  const from = names.find((each) => environment[each]);
  if (from === undefined) return { name, value: unset, from: 'default' };
  return { name, value: mask(environment[from] ?? ''), from };
}

export const config = defineCommand({
  name: 'config',
  summary: 'Show each setting, and where it comes from.',
  notes: 'Passwords and secrets stay hidden. The command exits with 1 if a setting is wrong.',
  async run({ session: { host, globals, output } }) {
    const settings = SOURCES.map((source) => settingOf(source, host, globals));
    const problem = await environmentProblem(host);
    await output.print({ settings, problem }, () => {
      const columns = ['SETTING', 'VALUE', 'FROM'].map((title) => ({ title }));
      const rows = settings.map(({ name, value, from }) => [name, value, from]);
      const table = formatTable(output, columns, rows);
      return problem === undefined ? table : `${table}\n${output.colors.red(visibleText(problem))}`;
    });
    return problem === undefined ? EXIT.ok : EXIT.failed;
  },
});
