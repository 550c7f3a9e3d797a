import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LlmCacheError } from '@cached-llm/core';
import { requireVersion } from '@cached-llm/core/adapter';
import { type Finding, fine, problem } from './finding.ts';

const ADAPTERS = [
  ...['ai-sdk', 'anthropic', 'bedrock', 'cohere', 'google'],
  ...['langchain', 'mistral', 'ollama', 'openai'],
].map((name) => `@cached-llm/${name}`);

interface Manifest {
  readonly version?: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The manifest of a package, as a module in this folder would find it. */
async function manifestOf(name: string, folder: string): Promise<Manifest | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const text = await readFile(join(at, 'node_modules', name, 'package.json'), 'utf8').catch(
      () => '',
    );
    if (text !== '') return readManifest(text);
    if (dirname(at) === at) return undefined;
  }
}

function readManifest(text: string): Manifest | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Expected {
  readonly adapter: string;
  readonly sdk: string;
  readonly range: string;
  readonly isOptional: boolean;
}

/** Both ends of a range, which is the only form that the adapters have. */
const RANGE = /^>=\d\S* <\d\S*$/;

function checkSdk({ adapter, sdk, range, isOptional }: Expected, version?: string) {
  if (version === undefined) {
    if (isOptional) return undefined;
    const found = `${adapter} is installed, and ${sdk} is not found.`;
    return problem('SDK', found, `Install it: npm install "${sdk}@${range}".`);
  }
  try {
    requireVersion({ wrapper: adapter, package: sdk, range }, version);
    return fine('SDK', `${sdk} ${version} is taken by ${adapter} (${range}).`);
  } catch (error) {
    if (!(error instanceof LlmCacheError)) throw error;
    const found = `${sdk} is ${version}, and ${adapter} takes ${range}. It refuses such a client.`;
    return problem('SDK', found, `Install another version: npm install "${sdk}@${range}".`);
  }
}

async function checkAdapter(adapter: string, folder: string): Promise<readonly Finding[]> {
  const manifest = await manifestOf(adapter, folder);
  const { peerDependencies = {}, peerDependenciesMeta: meta = {} } = manifest ?? {};
  const beside = await realpath(join(folder, 'node_modules', adapter)).catch(() => folder);
  const ranges = Object.entries(peerDependencies).filter(([, range]) => RANGE.test(range));
  const found = ranges.map(async ([sdk, range]) => {
    const isOptional = meta[sdk]?.optional === true;
    const installed = (await manifestOf(sdk, folder)) ?? (await manifestOf(sdk, beside));
    const version = installed?.version;
    return checkSdk({ adapter, sdk, range, isOptional }, version);
  });
  return (await Promise.all(found)).filter((finding) => finding !== undefined);
}

/** The SDKs in the project, against what the installed adapters take. */
export async function checkProject(folder: string): Promise<readonly Finding[]> {
  const found = await Promise.all(ADAPTERS.map((adapter) => checkAdapter(adapter, folder)));
  const all = found.flat();
  const none = 'No adapter is found in this folder, so no version of an SDK is compared.';
  return all.length > 0 ? all : [fine('SDK', none)];
}
