// Installs the packages as they would be published in empty folders: by pnpm with its defaults, by npm without install
// scripts, and without optional packages, and by Yarn 4 with both of its linkers. A call over a SQLite file succeeds in each, on each Node.js that has SQLite it is
// cached, and elsewhere one event says what to do. Who uses the CLI for Redis alone gets no SQLite. It needs a registry, and
// the packages built.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAll } from './pack.mjs';

const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8'));
const PNPM = ['-y', packageManager.split('+')[0], '--config.verify-deps-before-run=false'];
const NPM = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
/** Undefined is the Node.js that runs this. */
const NODES = [undefined, '22', '24'];

const root = mkdtempSync(join(tmpdir(), 'installs-'));
const faults = [];

function run(cwd, command, ...rest) {
  return execFileSync(command, rest, { cwd, stdio: ['ignore', 'pipe', 'inherit'] }).toString();
}

const packed = packAll(root);
const nameOf = (folder) => (folder === 'cli' ? 'cached-llm' : `@cached-llm/${folder}`);
const folderOf = (name) => (name === 'cached-llm' ? 'cli' : name.replace('@cached-llm/', ''));
const manifestOf = (folder) =>
  JSON.parse(readFileSync(join('packages', folder, 'package.json'), 'utf8'));

/** Our packages that these packages depend on, and so on: a registry may not have them yet. */
function withDependencies(names, seen = new Set()) {
  for (const name of names) {
    if (packed[name] === undefined || seen.has(name)) continue;
    seen.add(name);
    const { dependencies = {} } = manifestOf(folderOf(name));
    withDependencies(Object.keys(dependencies), seen);
  }
  return seen;
}

/** An empty application that depends on some of our packages. */
function application(name, folders) {
  const folder = join(root, name);
  mkdirSync(folder);
  const names = [...withDependencies(folders.map(nameOf))];
  const dependencies = Object.fromEntries(names.map((each) => [each, packed[each]]));
  const manifest = {
    private: true,
    type: 'module',
    dependencies,
    pnpm: { overrides: dependencies },
    resolutions: dependencies,
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  cpSync('.ci/installs/smoke.mjs', join(folder, 'smoke.mjs'));
  return folder;
}

function check(what, isRight, seen) {
  console.log(`${what}: ${isRight ? 'as it should be' : `WRONG ${seen}`}`);
  if (!isRight) faults.push(what);
}

function runOn(node, folder, ...script) {
  if (node === undefined) return run(folder, process.execPath, ...script);
  const flags = ['--disable-warning=ExperimentalWarning', ...script];
  return run(folder, 'npx', '-y', '-p', `node@${node}`, 'node', ...flags);
}

/** Asks in two processes, one after the other. */
function checkCalls(name, folder, node) {
  rmSync(join(folder, 'llm.db'), { force: true });
  const hasSqlite =
    runOn(node, folder, '-p', "process.getBuiltinModule('node:sqlite') !== undefined").trim() ===
    'true';
  const runs = [1, 2].map(() => JSON.parse(runOn(node, folder, ...flagsIn(folder), 'smoke.mjs')));
  const isClear = ({ reason, isPermanent }) =>
    isPermanent && /^SQLITE_DRIVER_MISSING: .*npm .*pnpm .*yarn /.test(reason);
  const isRight = hasSqlite
    ? runs.every(({ isRight, events }) => isRight && events.length === 0) &&
      runs[0].calls === 1 &&
      runs[1].calls === 0
    : runs.every(
        ({ isRight, calls, events }) =>
          isRight && calls === 1 && events.length === 1 && isClear(events[0]),
      );
  check(`${name}, Node.js ${node ?? process.versions.node}`, isRight, JSON.stringify(runs));
}

/** Yarn 4 runs no install script here, so that nothing is compiled. */
function yarn(cwd, nodeLinker) {
  const npmRegistryServer = run(cwd, 'npm', 'config', 'get', 'registry').trim();
  const settings = { nodeLinker, npmRegistryServer, enableScripts: false, enableTelemetry: false };
  writeFileSync(join(cwd, '.yarnrc.yml'), JSON.stringify(settings)); // JSON is YAML
  writeFileSync(join(cwd, 'yarn.lock'), ''); // so that it is a project of its own
  run(cwd, 'npx', '-y', '@yarnpkg/cli-dist@4', 'install', '--no-immutable');
}

/** What lets Node.js find packages where there is no folder of them. */
const flagsIn = (folder) =>
  existsSync(join(folder, '.pnp.cjs'))
    ? ['--require', './.pnp.cjs', '--experimental-loader', './.pnp.loader.mjs']
    : [];

function checkSqlite() {
  const ways = {
    'pnpm with its defaults': (cwd) => run(cwd, 'npx', ...PNPM, 'install', '--reporter=silent'),
    'npm without install scripts': (cwd) => run(cwd, 'npm', ...NPM, '--ignore-scripts'),
    'npm without optional packages': (cwd) => run(cwd, 'npm', ...NPM, '--omit=optional'),
    "yarn with Plug'n'Play": (cwd) => yarn(cwd, 'pnp'),
    'yarn with node_modules': (cwd) => yarn(cwd, 'node-modules'),
  };
  for (const [name, install] of Object.entries(ways)) {
    const folder = application(name.replaceAll(/\W/g, '-'), ['core', 'store-sqlite']);
    install(folder);
    for (const node of NODES) checkCalls(name, folder, node);
  }
}

function checkRedisAlone() {
  const folder = application('redis-alone', ['cli']);
  run(folder, 'npm', ...NPM);
  const modules = ['sqlite3', '@keyv/sqlite', '@cached-llm/store-sqlite'];
  const found = modules.filter((name) => existsSync(join(folder, 'node_modules', name)));
  check('the CLI for Redis alone has no SQLite', found.length === 0, found.join());
  const program = (store) =>
    spawnSync('npx', ['cached-llm', 'stats', '--store', store], { cwd: folder }).stderr.toString();
  const redis = program('redis://127.0.0.1:1');
  check('it speaks to Redis', redis.includes('redis://127.0.0.1:1 cannot be reached'), redis);
  const sqlite = program('sqlite:');
  check(
    'it names what SQLite needs',
    sqlite.includes('npm install @cached-llm/store-sqlite'),
    sqlite,
  );
}

try {
  checkSqlite();
  checkRedisAlone();
  if (faults.length > 0) process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
