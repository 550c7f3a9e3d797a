import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { OURS } from '../contenders/ours.ts';
import { median } from '../measuring/rounds.ts';
import { bars } from '../report/bars.ts';
import type { Section } from '../report/report.ts';
import { entryOf, publishedCore } from './published.ts';

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

/** Kilobytes of one file, minified and compressed, without dependencies. */
async function kilobytes(path: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
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
  text: 'Milliseconds that `import` takes longer than that of an empty module, dependencies included; and kilobytes of the package itself, minified and gzipped, without dependencies.',
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
