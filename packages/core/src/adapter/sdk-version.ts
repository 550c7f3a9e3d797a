import { readFileSync } from 'node:fs';
import nodeModule from 'node:module'; // webpack would follow a createRequire that is imported by its name
import { dirname, join } from 'node:path';
import { LlmCacheError } from '../options/index.ts';

/** What a function that caches clients takes, and of which versions. */
export interface ExpectedVersions {
  /** The function itself, such as `cachedOpenAI`. */
  readonly wrapper: string;
  /** The name of the SDK's package. */
  readonly package: string;
  /** Both ends of the range, as in the peer dependencies: `>=5 <8`. */
  readonly range: string;
}

const numbersOf = (version: string) => version.split('.').map(Number);

/** Is the first version before the second? Parts that are not written count as 0. */
function isBefore(version: string, other: string): boolean {
  const [numbers, others] = [numbersOf(version), numbersOf(other)];
  const place = [0, 1, 2].find((at) => (numbers[at] ?? 0) !== (others[at] ?? 0));
  return place !== undefined && (numbers[place] ?? 0) < (others[place] ?? 0);
}

/**
 * Refuses a version of which no test has shown that its calls are cached: an SDK that ignores the cache is paid for in silence.
 *
 * @param version such as `7.55.0`; one that cannot be found is not refused
 * @throws {LlmCacheError} `WRONG_CLIENT`
 */
export function requireVersion(expected: ExpectedVersions, version: string | undefined): void {
  const found = /\d+\.\d+\.\d+/.exec(version ?? '')?.[0];
  const [, from = '', below = ''] = /^>=(\S+) <(\S+)$/.exec(expected.range) ?? [];
  if (found === undefined || (!isBefore(found, from) && isBefore(found, below))) return;
  const { wrapper, range } = expected;
  throw new LlmCacheError(
    'WRONG_CLIENT',
    `${wrapper} takes a client of ${expected.package} ${range}; this is version ${found}. Install a version of that range.`,
  );
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

function manifestIn(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined; // there is none, or it is no JSON
  }
}

function fileOf(url: string, name: string): string | undefined {
  try {
    return nodeModule.createRequire(url).resolve(name);
  } catch {
    return undefined; // a bundle has no packages beside it
  }
}

/** The version of the package that the module at `url` imports by this name. Undefined where the modules are bundled. */
export function installedVersion(url: string, name: string): string | undefined {
  const file = fileOf(url, name);
  let folder = file === undefined ? '/' : dirname(file);
  while (dirname(folder) !== folder && manifestIn(folder)?.name !== name) folder = dirname(folder);
  return manifestIn(folder)?.version;
}

/** The version in the name that a client of an SDK by Stainless sends: `OpenAI/JS 7.55.0`. */
export function versionInUserAgent(client: unknown): string | undefined {
  // The method is private in the types, hence checked.
  const { getUserAgent } = Object(client) as { readonly getUserAgent?: () => unknown };
  return typeof getUserAgent === 'function' ? String(getUserAgent.call(client)) : undefined;
}
