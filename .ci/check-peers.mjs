// Asks every SDK twice through its cached client, in the oldest version of its peer range and in the newest of each major, and checks
// that the newest version before the range is refused with both. --json FILE writes what became of each into a file. It needs a registry, and the packages built.
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';

const ADAPTERS = ['google', 'openai', 'anthropic', 'mistral', 'cohere', 'ollama', 'bedrock'];
const PACKAGES = ['core', 'http', ...ADAPTERS];

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });
const run = promisify(execFile);
const manifestOf = (name) =>
  JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
const numbersOf = (version) => version.split('.').map(Number);

function compare(one, other) {
  const [numbers, others] = [numbersOf(one), numbersOf(other)];
  const place = [0, 1, 2].find((at) => (numbers[at] ?? 0) !== (others[at] ?? 0)) ?? 0;
  return (numbers[place] ?? 0) - (others[place] ?? 0);
}

/** The versions of one SDK that are tried, and whether each has to be refused. */
function trialsOf([sdk, range]) {
  const [, from, below] = /^>=(\S+) <(\S+)$/.exec(range) ?? [];
  if (from === undefined) throw new Error(`The range of ${sdk} is ${range}; write >=OLDEST <NEXT.`);
  const published = JSON.parse(execFileSync('npm', ['view', sdk, 'versions', '--json']).toString())
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .sort(compare);
  const inside = published.filter((each) => compare(each, from) >= 0 && compare(each, below) < 0);
  const before = published.filter((each) => compare(each, from) < 0).at(-1);
  const newest = new Map(inside.map((version) => [version.split('.')[0], version]));
  const accepted = [...new Set([inside.at(0), ...newest.values()])];
  const trials = accepted.map((version) => ({ sdk, version, range, isRefused: false }));
  return before === undefined
    ? trials
    : [{ sdk, version: before, range, isRefused: true }, ...trials];
}

const aliasOf = ({ sdk, version }) => `${sdk.replace('@', '').replace('/', '-')}-${version}`;

/** A folder in which a trial's version is the one that everybody imports. */
function openCase(folder, trial) {
  const modules = join(folder, 'cases', aliasOf(trial), 'node_modules');
  mkdirSync(join(modules, dirname(trial.sdk)), { recursive: true });
  symlinkSync(resolve(folder, 'node_modules', aliasOf(trial)), join(modules, trial.sdk));
  for (const name of PACKAGES) {
    const copy = join(modules, '@cached-llm', name);
    cpSync(join('packages', name, 'dist'), join(copy, 'dist'), { recursive: true });
    cpSync(join('packages', name, 'package.json'), join(copy, 'package.json'));
  }
  cpSync('.ci/peers/smoke.mjs', join(modules, '..', 'smoke.mjs'));
  return dirname(modules);
}

function faultOf({ version, range, isRefused }, { calls, isNative, isSame, refusal, failure }) {
  if (failure !== undefined) return failure;
  if (isRefused) {
    // An SDK from before such a client existed has another class.
    const isNamed = refusal?.includes(version) && refusal.includes(range);
    const isOther = refusal?.includes('; this is an instance of ');
    return isNamed || isOther
      ? undefined
      : `it is not refused with its version and the range: ${refusal}`;
  }
  if (refusal !== undefined) return refusal;
  return calls === 1 && isNative && isSame ? undefined : `${calls} calls, native: ${isNative}`;
}

const trials = ADAPTERS.flatMap((name) => Object.entries(manifestOf(name).peerDependencies))
  .filter(([sdk]) => !sdk.startsWith('@cached-llm/'))
  .flatMap(trialsOf);
const folder = mkdtempSync(join(tmpdir(), 'peers-'));
try {
  const aliases = trials.map((trial) => [aliasOf(trial), `npm:${trial.sdk}@${trial.version}`]);
  const own = PACKAGES.flatMap((name) => Object.entries(manifestOf(name).dependencies ?? {}));
  const published = own.filter(([name]) => !name.startsWith('@cached-llm/'));
  const manifest = { private: true, dependencies: Object.fromEntries([...published, ...aliases]) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const quietly = ['--no-audit', '--no-fund', '--legacy-peer-deps', '--ignore-scripts', '--silent'];
  execFileSync('npm', ['install', ...quietly], { cwd: folder, stdio: 'inherit' });
  const outcomes = [];
  for (const trial of trials) {
    const cwd = openCase(folder, trial);
    const { stdout } = await run(process.execPath, ['smoke.mjs', trial.sdk], {
      cwd,
      timeout: 60_000,
    });
    const fault = faultOf(trial, JSON.parse(stdout));
    console.log(
      `${trial.sdk} ${trial.version}: ${fault ?? (trial.isRefused ? 'refused' : 'cached')}`,
    );
    if (fault !== undefined) process.exitCode = 1;
    const refusal = trial.isRefused ? '`WRONG_CLIENT` says which versions are taken' : undefined;
    const name = `\`${trial.sdk}\` ${trial.version}`;
    outcomes.push({ kind: 'SDK', name, isRight: fault === undefined, refusal });
  }
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(outcomes));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
