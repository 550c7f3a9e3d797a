import type { GlobalFlags } from '../command-line/global-flags.ts';
import { dashed } from '../command-line/option-of.ts';
import type { Given } from '../command-line/options.ts';
import { maskedUrl } from '../store/masked-url.ts';
import type { Host } from '../terminal/host.ts';

/** What is in force, and who said so. */
export interface Setting {
  readonly name: string;
  /** Fit to be shown: secrets are masked. */
  readonly shown: string;
  /** The flag or the variable that said it, or `default`. */
  readonly from: string;
}

interface Source {
  readonly name: string;
  readonly flag?: keyof GlobalFlags;
  readonly variables: readonly string[];
  readonly unset: string;
  readonly show?: (text: string) => string;
}

const secretsIn = (text: string) => {
  const secrets = text.split(',').filter((secret) => secret.trim() !== '');
  return secrets.length === 1 ? '***' : `*** (${secrets.length} of them)`;
};

/** Every default is core's; what is said here is what its documentation says. */
const SOURCES: readonly Source[] = [
  { name: 'store', flag: 'store', variables: ['STORE'], unset: 'memory:', show: maskedUrl },
  { name: 'namespace', flag: 'namespace', variables: ['NAMESPACE'], unset: 'cached-llm' },
  {
    name: 'secret',
    flag: 'secretFile',
    variables: ['SECRETS', 'SECRET'],
    unset: 'none',
    show: secretsIn,
  },
  { name: 'enabled', variables: ['ENABLED'], unset: 'true' },
  { name: 'mode', variables: ['MODE'], unset: 'read-write' },
  { name: 'ttl', variables: ['TTL'], unset: '7d' },
  { name: 'maxEntries', variables: ['MAX_ENTRIES'], unset: '10000' },
  { name: 'maxBytes', variables: ['MAX_BYTES'], unset: '67108864' },
];

/** What counts: a flag, else the environment, else the default. */
export function settingsOf(
  { environment }: Pick<Host, 'environment'>,
  given: Given<GlobalFlags>,
): readonly Setting[] {
  return SOURCES.map(({ name, flag, variables, unset, show = (text) => text }) => {
    const said = flag === undefined ? undefined : given[flag];
    if (flag !== undefined && typeof said === 'string') {
      return { name, shown: flag === 'secretFile' ? said : show(said), from: dashed(flag) };
    }
    const variable = variables
      .map((each) => `CACHED_LLM_${each}`)
      .find((each) => environment[each]);
    if (variable === undefined) return { name, shown: unset, from: 'default' };
    return { name, shown: show(environment[variable] ?? ''), from: variable };
  });
}
