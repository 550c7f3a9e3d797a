// Packs packages as they would be published. They have to be built.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifestOf = (folder) =>
  JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
const PNPM = [
  '-y',
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager.split('+')[0],
  '--config.verify-deps-before-run=false',
];

const run = (...words) =>
  execFileSync('npx', [...PNPM, ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  }).toString();

/** Packs packages/NAME into a folder, and returns the path of the file. */
export function pack(name, folder) {
  const json = run('--dir', join('packages', name), 'pack', '--json', '--pack-destination', folder);
  return JSON.parse(json).filename;
}

export const publicPackages = () =>
  readdirSync(join(root, 'packages')).filter((name) => manifestOf(name).private !== true);

/** Packs every public package into a folder. Returns the URL of each package's file, by the package's name. */
export function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  run(
    '-r',
    '--filter',
    './packages/*',
    '--filter',
    '!@cached-llm/benchmarks',
    'pack',
    '--pack-destination',
    folder,
  );
  return Object.fromEntries(
    publicPackages().map((each) => {
      const { name, version } = manifestOf(each);
      const stem = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}`);
      const digest = createHash('sha256')
        .update(readFileSync(`${stem}.tgz`))
        .digest('hex');
      const path = `${stem}-${digest.slice(0, 12)}.tgz`; // npm installs no file again whose name is the same
      renameSync(`${stem}.tgz`, path);
      return [name, `file:${path}`];
    }),
  );
}
