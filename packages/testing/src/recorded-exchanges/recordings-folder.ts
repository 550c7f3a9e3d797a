import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LlmCacheError } from '@cached-llm/core';
import type { TestRunner } from '../test-environment/index.ts';

function repositoryAbove(folder: string): string | undefined {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : repositoryAbove(parent);
}

function besideRepository(): string | undefined {
  const root = repositoryAbove(dirname(fileURLToPath(import.meta.url)));
  return root === undefined ? undefined : join(dirname(root), 'shared', 'fixtures');
}

/**
 * The folder of exchanges that others recorded: the one that CACHED_LLM_FIXTURES names, or `shared/fixtures` beside the
 * repository; `undefined` if there is no such folder.
 */
export function fixturesFolder(): string | undefined {
  const folder = process.env.CACHED_LLM_FIXTURES || besideRepository();
  return folder !== undefined && existsSync(folder) ? folder : undefined;
}

/** @throws LlmCacheError INVALID_OPTION if it does not exist: tests over no data would pass and prove nothing. */
export function requiredRecording(...path: string[]): string {
  const folder = fixturesFolder();
  if (folder !== undefined && existsSync(join(folder, ...path))) return join(folder, ...path);
  throw new LlmCacheError(
    'INVALID_OPTION',
    `No recorded exchanges at ${path.join('/')}. Set CACHED_LLM_FIXTURES to the folder that holds them.`,
  );
}

const NOT_RUN = 'NOT RUN: no recorded exchanges (set CACHED_LLM_FIXTURES)';

/**
 * Registers a suite over recorded exchanges. Without recordings it registers one passing test with a notice as its name,
 * and warns on stderr: missing recordings are no failure, but must not look like a success either.
 */
export function describeWithFixtures(
  { describe, test }: Pick<TestRunner, 'describe' | 'test'>,
  name: string,
  define: (folder: string) => void,
): void {
  const folder = fixturesFolder();
  describe(name, () => {
    if (folder !== undefined) return define(folder);
    process.stderr.write(`${name}: ${NOT_RUN}\n`);
    test(NOT_RUN, async () => {});
  });
}
