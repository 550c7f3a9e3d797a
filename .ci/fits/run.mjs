// run [folder ...]: installs the packages of each folder beside this file, or of those that are named, without a lockfile, and
// runs its tests on the built packages. A folder that wants a newer Node.js than this one is run on it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const named = process.argv.slice(2);
const all = readdirSync(here).filter((name) => existsSync(join(here, name, 'package.json')));

/** The major version to run on: undefined for this one. */
function wantedNode({ engines = {} }) {
  const [, major = '0'] = /(\d+)/.exec(engines.node ?? '') ?? [];
  return Number(major) > Number(process.versions.node.split('.')[0]) ? major : undefined;
}

function run(command, folder, node) {
  const [name, ...args] = node
    ? ['npx', '-y', '-p', `node@${node}`, '-c', command]
    : ['bash', '-c', command];
  const { status } = spawnSync(name, args, { cwd: join(here, folder), stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

for (const folder of named.length > 0 ? named : all) {
  const node = wantedNode(JSON.parse(readFileSync(join(here, folder, 'package.json'), 'utf8')));
  console.log(`== ${folder}, on Node.js ${node ?? process.versions.node}`);
  run(
    'npm install --no-package-lock --no-audit --no-fund --legacy-peer-deps --loglevel=error',
    folder,
    node,
  );
  run('node --test --test-reporter=spec', folder, node);
}
