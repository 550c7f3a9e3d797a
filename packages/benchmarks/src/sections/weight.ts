import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { OURS } from '../contenders/index.ts';
import { median } from '../measuring/index.ts';
import type { Section } from '../report/index.ts';
import { bars } from '../report/index.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
const CORE = join(ROOT, 'packages', 'core');

interface Published {
  readonly index: string;
  remove(): Promise<void>;
}

/** Bundles core as it is published, in a folder from which it finds its dependency. */
async function publishedCore(): Promise<Published> {
  const folder = await mkdtemp(join(CORE, 'node_modules', '.benchmark-'));
  const script = join('.ci', 'bundle-packages.mjs');
  await promisify(execFile)(process.execPath, [script, 'core', folder], { cwd: ROOT });
  return {
    index: join(folder, 'index.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const { resolve } = createRequire(import.meta.url);

/** The file that `import` of a dependency loads. */
const entryOf = (name: string) =>
  import.meta.resolve === undefined ? resolve(name) : fileURLToPath(import.meta.resolve(name));

const PEERS = [
  'cacheable',
  'bentocache',
  'cache-manager',
  'p-memoize',
  '@epic-web/cachified',
  'keyv',
];
const ROUNDS = 11;
const TIMED = `const startedAt = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - startedAt));
process.exit();`;

const execute = promisify(execFile);

async function milliseconds(path: string): Promise<number> {
  const url = pathToFileURL(path).href;
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', TIMED, url]);
  return Number(stdout);
}

/** Leaves out what a package loads on demand. */
const withoutDynamicImports: Plugin = {
  name: 'without-dynamic-imports',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/** Kilobytes that the first import loads, minified and compressed, without dependencies. */
async function kilobytes(path: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
    plugins: [withoutDynamicImports],
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length / 1_000;
}

async function importTimes(paths: readonly string[]): Promise<number[]> {
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const times: number[] = [];
    for (const path of paths) times.push(await milliseconds(path));
    rounds.push(times);
  }
  return paths.map((_, index) => median(rounds.map((times) => times[index] ?? Number.NaN)));
}

export const weight: Section = {
  name: 'weight',
  title: 'What an import costs',
  text: 'Milliseconds that `import` takes longer than for an empty module, with dependencies; and kilobytes that it loads of the package itself, minified and gzipped, without dependencies.',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'cached-llm-'));
    const empty = join(folder, 'empty.mjs');
    await writeFile(empty, '');
    const core = await publishedCore();
    const names = [OURS, ...PEERS];
    const entries = [core.index, ...PEERS.map(entryOf)];
    const [nothing = 0, ...times] = await importTimes([empty, ...entries]);
    const sizes = await Promise.all(entries.map(kilobytes));
    await core.remove();
    await rm(folder, { recursive: true });
    const rows = names.map((name, index) => [
      name,
      ((times[index] ?? Number.NaN) - nothing).toFixed(1),
      (sizes[index] ?? Number.NaN).toFixed(1),
    ]);
    const values = rows.flatMap(([name = '', time, size]) => [
      { group: 'milliseconds to import', name, value: Number(time) },
      { group: 'kilobytes, minified and gzipped', name, value: Number(size) },
    ]);
    return { head: ['package', 'import ms', 'gzip kB'], rows, plot: bars(values, '') };
  },
};
