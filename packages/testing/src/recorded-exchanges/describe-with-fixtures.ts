import { fixturesFolder } from './recordings-folder.ts';

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
