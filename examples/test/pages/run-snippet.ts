import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differencesIn, type ShownRun, shownRuns } from './output.ts';
import { ROOT } from './page.ts';
import { type Providers, redisFor } from './providers.ts';
import type { Snippet } from './snippet.ts';

const PRELOAD = fileURLToPath(new URL('./in-place-of-providers.ts', import.meta.url));
const CLI = join(ROOT, 'packages/cli/bin/cached-llm.mjs');
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');
/** A program that runs longer does not end by itself. */
const LIMIT = 120_000;

interface Place {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

const FLAGS = [
  ...['--conditions=@cached-llm/source', '--disable-warning=ExperimentalWarning'],
  ...['--import', import.meta.resolve('tsx'), '--import', PRELOAD],
];

/** What Node runs for a command that a page prints. */
function wordsOf(run: ShownRun): string[] {
  if (run.program === 'cached-llm') return [...FLAGS, CLI, ...run.words];
  if (run.program !== 'jest') return [...FLAGS, ...run.words];
  const conditions = ['@cached-llm/source', 'node', 'node-addons'];
  const config = {
    rootDir: '.',
    testMatch: [`**/${run.words[0]}`],
    extensionsToTreatAsEsm: ['.ts', '.mts'],
    moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'mts', 'json', 'node'],
    transform: { '\\.m?ts$': ['@swc/jest', { swcrc: false, jsc: { target: 'es2022' } }] },
    testEnvironmentOptions: { customExportConditions: conditions },
  };
  const words = ['--config', JSON.stringify(config), '--runInBand', '--watchman=false'];
  return ['--experimental-vm-modules', '--import', PRELOAD, JEST, ...words];
}

/** Runs a command, and returns what it prints. Ends it after it has printed `until`. */
function outputOf(run: ShownRun, place: Place, until?: string): Promise<string> {
  const { PATH = '' } = process.env;
  const base = { PATH, HOME: place.folder, NODE_NO_WARNINGS: '1', COLUMNS: '80' };
  const child = spawn(process.execPath, wordsOf(run), {
    env: { ...base, ...place.environment, ...run.environment },
    cwd: place.folder,
    timeout: LIMIT,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (text: Buffer) => {
      output += String(text);
      if (until !== undefined && output.includes(until)) child.kill('SIGKILL');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const isDone = until === undefined ? code === 0 : output.includes(until);
      if (isDone) resolve(output);
      else reject(new Error(`It ended with ${code ?? signal}:\n${output}`));
    });
  });
}

/** Runs a program as its page prints it, and returns where its output is not what the page prints. */
export async function runSnippet(
  snippet: Snippet,
  folder: string,
  providers: Providers,
): Promise<string[]> {
  const { treatment } = snippet;
  if (treatment.kind !== 'run') return [];
  const redis = await redisFor(snippet.code);
  const server = redis === undefined ? {} : { SNIPPET_REDIS_PORT: `${redis.port}` };
  const place = { folder, environment: { ...providers.environment, ...server } };
  const differences: string[] = [];
  try {
    for (const run of shownRuns(snippet)) {
      const output = await outputOf(run, place, treatment.until);
      if (treatment.compared) differences.push(...differencesIn(run.lines, output));
    }
  } finally {
    await redis?.stop();
  }
  return differences;
}
