import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { functionsIn, importsIn } from './source-code.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const PACKAGES = join(ROOT, 'packages');

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface SourceFile {
  /** From the package's src, with `/`. */
  readonly path: string;
  /** From the repository's root: what an editor opens. */
  readonly place: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sourceFile(src: string, name: string): SourceFile {
  const text = readFileSync(join(src, name), 'utf8');
  return {
    path: name.replaceAll('\\', '/'),
    place: relative(ROOT, join(src, name)).replaceAll('\\', '/'),
    text,
    imports: importsIn(text),
  };
}

function filesOf(folder: string): SourceFile[] {
  const src = join(PACKAGES, folder, 'src');
  const names = existsSync(src) ? readdirSync(src, { recursive: true, encoding: 'utf8' }) : [];
  return names.filter((name) => /\.\w+$/.test(name)).map((name) => sourceFile(src, name));
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8'));

const FOLDERS = readdirSync(PACKAGES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(PACKAGES, entry.name, 'package.json')))
  .map((entry) => entry.name);
const FILES = new Map(FOLDERS.map((folder) => [folder, filesOf(folder)]));
const filesIn = (folder: string) => FILES.get(folder) ?? [];
const PUBLIC = FOLDERS.filter((folder) => manifestOf(folder).private !== true);

/** Every import of a package's sources, with where it stands. */
function importsOf(folder: string): { readonly file: SourceFile; readonly name: string }[] {
  return filesIn(folder).flatMap((file) => file.imports.map((name) => ({ file, name })));
}

const isRelative = (name: string) => name.startsWith('.');
const isBuiltin = (name: string) =>
  name.startsWith('node:') &&
  builtinModules.includes(name.slice('node:'.length).split('/')[0] ?? '');

describe('the measure', () => {
  const text = [
    '// é: two bytes',
    'export function outer(a, b) {',
    '  if (a) {',
    '    for (const c of b) c();',
    '  } else if (b) {',
    '    b.map(() => { while (a) a(); });',
    '  }',
    '}',
    'class A {',
    '  constructor(private a) {}',
    '  #method(a, b, c, d) {',
    '    try { switch (a) { default: do { a(); } while (b); } } catch {}',
    '  }',
    '}',
  ].join('\n');

  test('finds functions where they stand, with their size', () => {
    for (const _again of [1, 2]) {
      expect(functionsIn(text)).toEqual([
        { line: 2, lines: 7, nesting: 2, parameters: 2 },
        { line: 6, lines: 1, nesting: 1, parameters: 0 },
        { line: 10, lines: 1, nesting: 0, parameters: 1 },
        { line: 11, lines: 3, nesting: 3, parameters: 4 },
      ]);
    }
  });

  test('finds imports of every kind', () => {
    const imports = [
      "import a from 'a'; import type { B } from 'b'; import 'c';",
      "export * from 'd'; export { e } from 'e'; export const own = 1;",
      "const f = await import('f');",
    ];
    expect(importsIn(imports.join('\n'))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('reads the sources', () => {
    expect(FOLDERS).toContain('core');
    expect(filesIn('core').length).toBeGreaterThan(50);
  });
});

describe('the floors of core', () => {
  const FLOORS = ['words', 'effects', 'policy', 'doors'];
  const floorOf = (path: string) => FLOORS.indexOf(path.split('/')[0] ?? '');

  test('are four, and an index above them', () => {
    const others = filesIn('core').filter(({ path }) => floorOf(path) < 0);
    expect(others.map(({ path }) => path)).toEqual(['index.ts']);
  });

  test('import downwards only', () => {
    const upwards = importsOf('core').filter(({ file, name }) => {
      const target = floorOf(join(dirname(file.path), name).replaceAll('\\', '/'));
      const isIndex = file.path === 'index.ts';
      return isRelative(name) && (target < 0 || (!isIndex && target > floorOf(file.path)));
    });
    expect(upwards.map(({ file, name }) => `${file.place} imports ${name}`)).toEqual([]);
  });

  test('know no package but the one that gives the canonical form its structure', () => {
    const foreign = importsOf('core').filter(
      ({ name }) => !isRelative(name) && !isBuiltin(name) && name !== 'fast-json-stable-stringify',
    );
    expect(foreign.map(({ file, name }) => `${file.place} imports ${name}`)).toEqual([]);
  });

  test('show the outside what stands on them, and nothing else', () => {
    const index = importsOf('core').filter(({ file }) => file.path === 'index.ts');
    expect(index.filter(({ name }) => !isRelative(name))).toEqual([]);
  });
});

/** Which packages of ours a package may import; an adapter, like any not named here, knows core and http. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  http: ['core'],
  testing: ['core'],
  'store-sqlite': ['core'],
  'store-redis': ['core'],
  cli: ['core', 'http', 'store-sqlite', 'store-redis'],
  otel: ['core'],
  benchmarks: ['core', 'store-sqlite', 'store-redis', 'testing'],
};

describe('packages', () => {
  test.each(FOLDERS)('%s imports only those below it', (folder) => {
    const allowed = (OURS[folder] ?? ['core', 'http']).map((name) => `@cached-llm/${name}`);
    const ours = importsOf(folder).filter(({ name }) => name.startsWith('@cached-llm/'));
    const others = ours.filter(({ name }) => !allowed.includes(name));
    expect(others.map(({ file, name }) => `${file.place} imports ${name}`)).toEqual([]);
  });

  test.each(FOLDERS)('%s never reaches into another’s sources', (folder) => {
    const outside = importsOf(folder).filter(
      ({ file, name }) => isRelative(name) && join(dirname(file.path), name).startsWith('..'),
    );
    expect(outside.map(({ file, name }) => `${file.place} imports ${name}`)).toEqual([]);
  });
});

describe.each(FOLDERS)('the sources of %s', (folder) => {
  test('are TypeScript, in kebab-case', () => {
    const names = filesIn(folder).map(({ path }) => path);
    expect(names.filter((name) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(name))).toEqual([]);
  });

  test('are in files that are named after one thing', () => {
    const vague = /(^|[/-])(utils?|helpers?|commons?|types?|managers?|handlers?)(\.ts|\/)/;
    const names = filesIn(folder).filter(({ path }) => vague.test(path));
    expect(names.map(({ place }) => place)).toEqual([]);
  });

  test('are in files of at most 250 lines', () => {
    const long = filesIn(folder)
      .map(({ place, text }) => ({ place, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > 250);
    expect(long.map(({ place, lines }) => `${place}: ${lines} lines`)).toEqual([]);
  });

  test('have functions of at most 30 lines, 2 levels and 3 parameters', () => {
    const measured = filesIn(folder).flatMap(({ place, text }) =>
      functionsIn(text).map((found) => ({ place, ...found })),
    );
    const broken = measured.filter(
      ({ lines, nesting, parameters }) => lines > 30 || nesting > 2 || parameters > 3,
    );
    expect(
      broken.map(
        ({ place, line, lines, nesting, parameters }) =>
          `${place}:${line} has ${lines} lines, ${nesting} levels, ${parameters} parameters`,
      ),
    ).toEqual([]);
  });
});

const adapterFor = (sdk: string) => ['@cached-llm/core', '@cached-llm/http', sdk];

/** What a package may make its users install. Each more is a decision, made here. */
const DEPENDENCIES: Readonly<Record<string, readonly string[]>> = {
  core: ['@pydantic/genai-prices', 'fast-json-stable-stringify'],
  otel: ['@cached-llm/core', '@opentelemetry/api'],
  cli: [
    '@cached-llm/core',
    '@cached-llm/http',
    '@cached-llm/store-redis',
    '@cached-llm/store-sqlite',
    'chartscii',
    'cli-progress',
    'cli-table3',
    'commander',
    'picocolors',
  ],
  http: ['@cached-llm/core', 'eventsource-parser'],
  testing: ['@cached-llm/core'],
  'store-sqlite': ['@cached-llm/core', '@keyv/sqlite', 'keyv', 'sqlite3'],
  'store-redis': ['@cached-llm/core', '@keyv/redis', 'keyv'],
  'ai-sdk': adapterFor('ai'),
  anthropic: adapterFor('@anthropic-ai/sdk'),
  bedrock: adapterFor('@aws-sdk/client-bedrock-runtime'),
  cohere: adapterFor('cohere-ai'),
  google: adapterFor('@google/genai'),
  langchain: adapterFor('@langchain/core'),
  mistral: adapterFor('@mistralai/mistralai'),
  ollama: adapterFor('ollama'),
  openai: adapterFor('openai'),
};

describe.each(PUBLIC)('the package %s', (folder) => {
  const manifest = manifestOf(folder);

  test('runs nothing when it is installed', () => {
    const scripts = Object.keys(manifest.scripts ?? {});
    const hooks = /^(pre|post)?(install|prepare|prepublish)$|^dependencies$/;
    expect(scripts.filter((name) => hooks.test(name))).toEqual([]);
  });

  test('is free to use, on every Node from 20.19', () => {
    expect([manifest.license, manifest.engines?.node]).toEqual(['MIT', '>=20.19']);
  });

  test('asks for nothing that was not decided on', () => {
    const asked = [
      ...Object.keys(manifest.dependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
      ...Object.keys(manifest.optionalDependencies ?? {}),
    ];
    expect(asked.filter((name) => DEPENDENCIES[folder]?.includes(name) !== true)).toEqual([]);
  });
});
