/** @jest-config-loader esbuild-register */
// Node >= 22.18 loads this file by itself; on Node 20 the loader named above does.
import { readdirSync } from 'node:fs';
import type { Config } from 'jest';

const swc = (flavour: 'standard' | 'legacy'): [string, Record<string, unknown>] => [
  '@swc/jest',
  {
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform:
        flavour === 'legacy'
          ? { legacyDecorator: true, decoratorMetadata: true }
          : { decoratorVersion: '2023-11' },
    },
  },
];

const project = (folder: string) => ({
  displayName: folder.replace('packages/', ''),
  rootDir: folder,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  // Workspace packages resolve to their src, so nothing needs building first.
  testEnvironmentOptions: {
    customExportConditions: ['@cached-llm/source', 'node', 'node-addons'],
  },
  transform: { '/test/legacy/.+\\.ts$': swc('legacy'), '\\.ts$': swc('standard') },
});

const packages = readdirSync('packages', { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);

export default {
  // Nothing is asserted about time: this ends what hangs, on however slow a machine.
  testTimeout: 240_000,
  // Processes of their own also where there are two cores: what test files leave in memory goes with them.
  maxWorkers: 2,
  maxConcurrency: 2,
  workerIdleMemoryLimit: '1GB',
  coverageProvider: 'v8',
  collectCoverageFrom: ['packages/*/src/**/*.ts'],
  projects: [...packages.map(({ name }) => project(`packages/${name}`)), project('examples')],
} satisfies Config;
