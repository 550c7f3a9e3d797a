import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FOLDERS, importsOf, isRelative, PACKAGES } from './sources.ts';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly repository?: unknown;
  readonly homepage?: string;
  readonly bugs?: unknown;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8'));
const REPOSITORY = 'https://github.com/cached-llm/cached-llm';
const PUBLIC = FOLDERS.filter((folder) => manifestOf(folder).private !== true);

/** The packages of this repository that a package may import. A package that is not listed may import core and http. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  http: ['core'],
  testing: ['core'],
  'store-sqlite': ['core'],
  'store-redis': ['core'],
  cli: ['core', 'http', 'proxy', 'store-sqlite', 'store-redis', 'studio', 'testing'],
  otel: ['core'],
  studio: ['core'],
  proxy: ['core', 'http', 'openai', 'anthropic', 'google', 'mistral', 'cohere', 'ollama', 'otel'],
  benchmarks: ['core', 'proxy', 'store-sqlite', 'store-redis', 'testing'],
};

/** For example `@cached-llm/core` for its entry `@cached-llm/core/adapter`. */
const packageOf = (name: string) => name.split('/').slice(0, 2).join('/');

describe('packages', () => {
  test.each(FOLDERS)('%s imports only packages below it', (folder) => {
    const allowed = (OURS[folder] ?? ['core', 'http']).map((name) => `@cached-llm/${name}`);
    const ours = importsOf(folder).filter(({ name }) => name.startsWith('@cached-llm/'));
    const others = ours.filter(({ name }) => !allowed.includes(packageOf(name)));
    expect(others.map(({ file, name }) => `${file.place} imports ${name}`)).toEqual([]);
  });

  test.each(FOLDERS)('%s never imports a source file of another package', (folder) => {
    const outside = importsOf(folder).filter(
      ({ file, name }) => isRelative(name) && join(dirname(file.path), name).startsWith('..'),
    );
    expect(outside.map(({ file, name }) => `${file.place} imports ${name}`)).toEqual([]);
  });
});

const adapterFor = (sdk: string) => ['@cached-llm/core', '@cached-llm/http', sdk];

/** The dependencies that a package may have. Another one needs a decision, which this list records. */
const DEPENDENCIES: Readonly<Record<string, readonly string[]>> = {
  core: ['@pydantic/genai-prices', 'fast-json-stable-stringify'],
  otel: ['@cached-llm/core', '@opentelemetry/api'],
  cli: [
    '@cached-llm/core',
    '@cached-llm/http',
    '@cached-llm/proxy',
    '@cached-llm/store-redis',
    '@cached-llm/store-sqlite',
    '@cached-llm/studio',
    '@cached-llm/testing',
    'chartscii',
    '@modelcontextprotocol/server',
    'cli-progress',
    'cli-table3',
    'commander',
    'cross-spawn', // a command of the user's, whose words no shell of any system may read
    'picocolors',
  ],
  http: ['@cached-llm/core', 'eventsource-parser'],
  studio: ['@cached-llm/core'],
  testing: ['@cached-llm/core'],
  'store-sqlite': ['@cached-llm/core', '@keyv/sqlite', 'keyv', 'sqlite3'],
  'store-redis': ['@cached-llm/core', '@keyv/redis', 'keyv'],
  'ai-sdk': adapterFor('ai'),
  anthropic: adapterFor('@anthropic-ai/sdk'),
  bedrock: adapterFor('@aws-sdk/client-bedrock-runtime'),
  cohere: adapterFor('cohere-ai'),
  google: adapterFor('@google/genai'),
  proxy: [
    '@cached-llm/anthropic',
    '@cached-llm/cohere',
    '@cached-llm/core',
    '@cached-llm/google',
    '@cached-llm/http',
    '@cached-llm/mistral',
    '@cached-llm/ollama',
    '@cached-llm/openai',
    '@cached-llm/otel',
    '@opentelemetry/api',
    '@opentelemetry/exporter-prometheus',
    '@opentelemetry/sdk-metrics',
  ],
  langchain: adapterFor('@langchain/core'),
  mistral: adapterFor('@mistralai/mistralai'),
  ollama: adapterFor('ollama'),
  openai: [...adapterFor('openai'), 'groq-sdk'],
};

describe.each(PUBLIC)('the package %s', (folder) => {
  const manifest = manifestOf(folder);

  test('runs nothing when it is installed', () => {
    const scripts = Object.keys(manifest.scripts ?? {});
    const hooks = /^(pre|post)?(install|prepare|prepublish)$|^dependencies$/;
    expect(scripts.filter((name) => hooks.test(name))).toEqual([]);
  });

  test('has the MIT licence, and runs on every Node from 20.19', () => {
    expect([manifest.license, manifest.engines?.node]).toEqual(['MIT', '>=20.19']);
  });

  test('says where its source is, where it is described, and where its bugs are reported', () => {
    const { repository, homepage, bugs } = manifest;
    const place = `packages/${folder}`;
    expect({ repository, homepage, bugs }).toEqual({
      repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory: place },
      homepage: `${REPOSITORY}/tree/main/${place}#readme`,
      bugs: { url: `${REPOSITORY}/issues` },
    });
  });

  test('has no other dependencies than those in the list', () => {
    const asked = [
      ...Object.keys(manifest.dependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
      ...Object.keys(manifest.optionalDependencies ?? {}),
    ];
    expect(asked.filter((name) => DEPENDENCIES[folder]?.includes(name) !== true)).toEqual([]);
  });
});
