import { describeKind, type Fields, fieldsOf, isFields } from '@cached-llm/core/adapter';
import { type ExpectedClient, wrongClient } from './wrong-client.ts';

/** A setting that can be compared. Parts of an SDK, credentials that are functions and the like are other objects in a copy. */
function settingText(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return value instanceof URL ? value.href : undefined;
}

/** Who answers is in the settings of a client, and in the options that it keeps: its base URL, its region, its deployment. */
function settingsOf(client: object): ReadonlyMap<string, string> {
  const { _options: options, ...own }: Fields = { ...client };
  const named = [...Object.entries(own), ...Object.entries(isFields(options) ? options : {})];
  const settings = named.map(([name, value]) => [name, settingText(value)] as const);
  return new Map(settings.filter((each): each is [string, string] => each[1] !== undefined));
}

function lostSettings(client: object, copy: object): readonly string[] {
  const copied = [{ ...copy }, fieldsOf((copy as { _options?: unknown })._options)]; // if it keeps its options
  const isKept = ([name, setting]: readonly [string, string]) =>
    copied.some((fields) => settingText(fields[name]) === setting);
  return [...settingsOf(client)].filter((each) => !isKept(each)).map(([name]) => name);
}

/** The class of a client, and the release of its SDK where the client says it: `MyClient/JS 7.1.0`. */
function nameOf(client: object): string {
  const { getUserAgent } = client as { getUserAgent?: () => unknown }; // of the SDKs that Stainless makes
  try {
    const agent = getUserAgent?.call(client);
    return typeof agent === 'string' ? `${describeKind(client)} (${agent})` : describeKind(client);
  } catch {
    return describeKind(client);
  }
}

/** Deeper, an SDK has no resources. */
const MAX_DEPTH = 3;

/**
 * The methods that somebody put over those of an SDK's class, such as `chat.completions.create`: a copy has those of the class.
 * Only resources are examined, which are known by the client that they hold.
 */
function patchedMethods(part: object, path = '', depth = 0): readonly string[] {
  const fields = Object.entries(part).filter(([name]) => !name.startsWith('_'));
  const isResource = '_client' in part;
  return fields.flatMap(([name, value]) => {
    if (typeof value === 'function') return isResource ? [`${path}${name}`] : [];
    const isPart = typeof value === 'object' && value !== null && '_client' in value;
    return isPart && depth < MAX_DEPTH ? patchedMethods(value, `${path}${name}.`, depth + 1) : [];
  });
}

/** What observes calls by such a method sees none of the cached client, and nobody would notice. */
function warnOfPatches(client: object, { wrapper }: ExpectedClient): void {
  const patched = patchedMethods(client);
  if (patched.length === 0) return;
  const what = `${wrapper} makes a new client, which lacks the methods that were put over those of the SDK: ${patched.join(', ')}.`;
  const remedy = `Apply the library that replaces them to the client that ${wrapper} returns.`;
  process.emitWarning(`${what} ${remedy}`, { type: 'LlmCacheWarning', code: 'PATCHED_CLIENT' });
}

/**
 * A copy of a client with other options, which has all settings of the client.
 *
 * Methods that were replaced on the client are not in the copy, and a process warning names them (`PATCHED_CLIENT`).
 *
 * @param copy makes it, with the SDK's own means
 * @throws {LlmCacheError} `WRONG_CLIENT`, which names the class and the version, where the copy cannot be made or lost
 * a setting. Its answers would be those of another base URL, region or deployment.
 */
export function derivedClient<Client extends object>(
  client: Client,
  copy: () => Client,
  expected: ExpectedClient,
): Client {
  const refuse = (why: string): never => {
    const remedy = 'Give its constructor a fetch that cachedFetch() made with this adapter.';
    throw wrongClient(expected, `${nameOf(client)}, ${why}`, remedy);
  };
  let made: Client;
  try {
    made = copy();
  } catch (error) {
    return refuse(`which cannot be copied: ${error instanceof Error ? error.message : 'no error'}`);
  }
  warnOfPatches(client, expected);
  const lost = lostSettings(client, made);
  return lost.length === 0 ? made : refuse(`whose copy loses ${lost.join(', ')}`);
}
