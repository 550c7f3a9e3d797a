import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LlmCacheError } from '@cached-llm/core';

/**
 * Where exchanges recorded by others lie: the folder that CACHED_LLM_FIXTURES names, or `shared/fixtures`
 * beside the repository. `undefined` when there is no such folder.
 */
export function fixturesFolder(): string | undefined {
  const folder = process.env.CACHED_LLM_FIXTURES || besideRepository();
  return folder !== undefined && existsSync(folder) ? folder : undefined;
}

/** @throws LlmCacheError INVALID_OPTION when there is none: tests over no data would pass and prove nothing. */
export function requiredFixture(...path: string[]): string {
  const folder = fixturesFolder();
  if (folder !== undefined && existsSync(join(folder, ...path))) return join(folder, ...path);
  throw new LlmCacheError(
    'INVALID_OPTION',
    `No recorded exchanges at ${path.join('/')}. Set CACHED_LLM_FIXTURES to the folder that holds them.`,
  );
}

function besideRepository(): string | undefined {
  const root = repositoryAbove(dirname(fileURLToPath(import.meta.url)));
  return root === undefined ? undefined : join(dirname(root), 'shared', 'fixtures');
}

function repositoryAbove(folder: string): string | undefined {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : repositoryAbove(parent);
}

const notRun = 'NOT RUN: no recorded exchanges (set CACHED_LLM_FIXTURES)';

/** The two functions that every test runner has; pass your runner's own. */
export interface FixtureRunner {
  describe(name: string, define: () => void): void;
  test(name: string, run: () => void): void;
}

/**
 * Registers a suite over recorded exchanges. Where there are none it registers one passing test that says
 * so, and warns on stderr: absence is no failure, but must not look like success either.
 */
export function describeWithFixtures(
  runner: FixtureRunner,
  name: string,
  define: (folder: string) => void,
): void {
  const folder = fixturesFolder();
  runner.describe(name, () => {
    if (folder !== undefined) return define(folder);
    process.stderr.write(`${name}: ${notRun}\n`);
    runner.test(notRun, () => {});
  });
}
