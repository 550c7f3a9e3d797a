// Installs the packed packages in the project of each folder beside this file, and runs its environments: see README.md.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packAll } from '../pack.mjs';
import { environmentsOf, tableOf, writeTable } from './table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean' }, write: { type: 'boolean' }, in: { type: 'string' } },
});
const manifestOf = (folder) => JSON.parse(readFileSync(join(here, folder, 'package.json'), 'utf8'));
const projects = readdirSync(here).filter(
  (name) => existsSync(join(here, name, 'package.json')) && manifestOf(name).fits,
);
const named = options.all ? projects : positionals;
const chosen = named.length > 0 ? named : projects.filter((name) => manifestOf(name).fits.isQuick);
// Outside of the repository, whose own packages would be found from within.
const work = options.in ?? mkdtempSync(join(tmpdir(), 'fits-'));

const isSource = (path) => !path.endsWith('node_modules');

function run(command, folder, node) {
  const words = node ? ['npx', '-y', '-p', `node@${node}`, '-c', command] : ['bash', '-c', command];
  const bin = join(work, folder, 'node_modules', '.bin');
  const env = {
    ...process.env,
    CI: 'true',
    NEXT_TELEMETRY_DISABLED: '1',
    PATH: `${bin}:${process.env.PATH}`,
  };
  const { status } = spawnSync(words[0], words.slice(1), {
    cwd: join(work, folder),
    env,
    stdio: 'inherit',
  });
  return status === 0;
}

/** Our own packages are those that were packed, also for each other. */
function withPacked(manifest, packed) {
  const dependencies = { ...manifest.dependencies };
  for (const name of Object.keys(dependencies))
    dependencies[name] = packed[name] ?? dependencies[name];
  const isOverridden = ([name]) =>
    dependencies[name] === undefined || dependencies[name] === packed[name];
  const overrides = Object.fromEntries(Object.entries(packed).filter(isOverridden));
  return { ...manifest, dependencies, overrides: { ...overrides, ...manifest.overrides } };
}

function install(folder, packed) {
  const manifest = JSON.stringify(withPacked(manifestOf(folder), packed), null, 2);
  const path = join(work, folder, 'package.json');
  const { files } = manifestOf(folder).fits;
  for (const each of files === undefined ? [] : [files, folder])
    cpSync(join(here, each), join(work, folder), { recursive: true, filter: isSource });
  const stamp = join(work, folder, 'node_modules', '.fits');
  const isDone = existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest;
  writeFileSync(path, manifest);
  const copyTrial = () =>
    cpSync(join(here, 'trial'), join(work, folder, 'node_modules', 'fits-trial'), {
      recursive: true,
    });
  if (isDone) copyTrial();
  if (isDone) return true;
  const npm = 'npm install --no-package-lock --no-audit --no-fund --loglevel=error';
  const isInstalled = run(npm, folder, manifestOf(folder).fits.node);
  if (isInstalled) writeFileSync(stamp, manifest);
  copyTrial();
  return isInstalled;
}

/** Runs the environments of one folder, and says what became of each. */
function tryFolder(folder, packed) {
  const { fits } = manifestOf(folder);
  console.log(`\n== ${folder}`);
  const isInstalled = install(folder, packed);
  return environmentsOf(fits).map(({ command, node, ...environment }) => {
    console.log(`-- ${environment.name}: ${command}`);
    return { ...environment, isRight: isInstalled && run(command, folder, node) };
  });
}

/** Each SDK, in the versions that its adapter takes and in the one before. */
function trySdks() {
  const file = join(work, 'sdks.json');
  const script = join(here, '..', 'check-peers.mjs');
  spawnSync(process.execPath, [script, '--json', file], {
    cwd: join(here, '..', '..'),
    stdio: 'inherit',
  });
  return JSON.parse(readFileSync(file, 'utf8'));
}

try {
  mkdirSync(work, { recursive: true });
  cpSync(here, work, { recursive: true, filter: isSource });
  const packed = packAll(join(work, 'packed'));
  const outcomes = chosen.flatMap((folder) => tryFolder(folder, packed));
  if (options.all) outcomes.push(...trySdks());
  console.log(`\n${tableOf(outcomes)}`);
  if (outcomes.some(({ isRight }) => !isRight)) process.exitCode = 1;
  else if (options.write) writeTable(projects.map(manifestOf), outcomes);
} finally {
  if (options.in === undefined) rmSync(work, { recursive: true, force: true });
}
