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

/** Packages that are still being sorted into folders. */
const NOT_YET_IN_ROOMS = ['benchmarks', 'cli', 'store-redis', 'store-sqlite', 'testing'];

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

/** From the ground up: a room takes from the faces of lower floors only. */
const FLOORS: Readonly<Record<string, number>> = {
  key: 1,
  options: 2,
  entry: 3,
  events: 4,
  adapter: 4,
  store: 5,
  memory: 6,
  ledger: 6,
  invalidation: 6,
  flight: 6,
  stream: 7,
  'entry-store': 7,
  inspection: 8,
  response: 8,
  pipeline: 9,
  cache: 10,
  function: 11,
};
/** What the outside may import. */
const ENTRIES: readonly string[] = ['index.ts'];

describe('the rooms of core', () => {
  const roomOf = (path: string) => (path.includes('/') ? (path.split('/')[0] ?? '') : '');
  const floorOf = (path: string) => FLOORS[roomOf(path)] ?? Number.POSITIVE_INFINITY;
  const arrows = importsOf('core')
    .filter(({ name }) => isRelative(name))
    .map(({ file, name }) => ({ file, to: join(dirname(file.path), name).replaceAll('\\', '/') }));
  const betweenRooms = arrows.filter(({ file, to }) => roomOf(file.path) !== roomOf(to));
  const shown = (list: typeof arrows) => list.map(({ file, to }) => `${file.place} imports ${to}`);

  test('are those of the table, one folder deep, under the entries', () => {
    const places = filesIn('core').map(({ path }) => path);
    expect(places.filter((path) => !path.includes('/'))).toEqual(ENTRIES);
    expect(places.filter((path) => path.split('/').length > 2)).toEqual([]);
    expect([...new Set(places.map(roomOf))].filter(Boolean).sort()).toEqual(
      Object.keys(FLOORS).sort(),
    );
  });

  test('take from lower floors only', () => {
    const upwards = betweenRooms.filter(
      ({ file, to }) => file.path.includes('/') && floorOf(to) >= floorOf(file.path),
    );
    expect(shown(upwards)).toEqual([]);
  });

  test('take from each other what the index of a room shows', () => {
    expect(shown(betweenRooms.filter(({ to }) => !/^[a-z-]+\/index\.ts$/.test(to)))).toEqual([]);
    const ownFace = arrows.filter(
      ({ file, to }) => to.endsWith('/index.ts') && roomOf(file.path) === roomOf(to),
    );
    expect(shown(ownFace)).toEqual([]);
  });

  test.each(Object.keys(FLOORS))('%s says in three sentences what happens in it', (room) => {
    const { text } = filesIn('core').find(({ path }) => path === `${room}/index.ts`) ?? {};
    const comment = text?.match(/^(\/\/.*\n)+/)?.[0].replaceAll(/\s*\/\/\s*/g, ' ') ?? '';
    expect(comment.split('. ').length).toBeGreaterThanOrEqual(3);
    expect(comment).toMatch(/\bnever\b.*\bStart at\b/);
  });

  test('import at most seven deep from cachedLlmCall', () => {
    const depths = new Map([['function/cached-llm-call.ts', 0]]);
    for (const [path, depth] of depths) {
      const next = arrows.filter(({ file, to }) => file.path === path && !depths.has(to));
      for (const { to } of next) depths.set(to, depth + 1);
    }
    expect(Math.max(...depths.values())).toBeLessThanOrEqual(7);
    expect(depths.size).toBeGreaterThan(50);
  });

  test('know no package but the one that gives the canonical form its structure', () => {
    const foreign = importsOf('core').filter(
      ({ name }) => !isRelative(name) && !isBuiltin(name) && name !== 'fast-json-stable-stringify',
    );
    expect(foreign.map(({ file, name }) => `${file.place} imports ${name}`)).toEqual([]);
  });
});

/** Those of one folder that import each other, types included. */
function circlesIn(folder: string): string[] {
  const files = new Map(filesIn(folder).map((file) => [file.path, file]));
  const next = (path: string) =>
    (files.get(path)?.imports ?? []).filter(isRelative).map((name) => join(dirname(path), name));
  const reaches = (from: string) => {
    const seen = new Set(next(from));
    for (const path of seen) for (const further of next(path)) seen.add(further);
    return seen;
  };
  return [...files.keys()].filter((path) => reaches(path).has(path));
}

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

  test('import each other in no circle', () => {
    const circles = NOT_YET_IN_ROOMS.includes(folder) ? [] : circlesIn(folder);
    expect(circles).toEqual([]);
  });

  test('are in folders of at most 18 files', () => {
    const counts = new Map<string, number>();
    for (const { place } of filesIn(folder)) {
      counts.set(dirname(place), (counts.get(dirname(place)) ?? 0) + 1);
    }
    const most = NOT_YET_IN_ROOMS.includes(folder) ? Number.POSITIVE_INFINITY : 18;
    expect([...counts].filter(([, count]) => count > most)).toEqual([]);
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
