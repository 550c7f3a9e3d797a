import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

test('in node:test, a failed test removes what it was given, and in replay nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'evict-node-'));
  const file = join(folder, 'calls.test.mjs');
  writeFileSync(
    file,
    `import { test } from 'node:test';
import { cachedLlmCall } from ${JSON.stringify(import.meta.resolve('@cached-llm/core'))};
import { useLlmFixtures } from ${JSON.stringify(import.meta.resolve('@cached-llm/testing'))};
const cache = useLlmFixtures({ folder: ${JSON.stringify(join(folder, 'answers'))}, evictOnFailure: true });
const ask = cachedLlmCall(async (text) => ({ text }), { cache, provider: 'mine' });
test('passes', () => ask('good'));
test('fails', async () => {
  await ask('bad');
  throw new Error('no');
});
`,
  );
  const run = (mode: string) =>
    new Promise((resolve) => {
      const { JEST_WORKER_ID: _, ...environment } = process.env;
      const env = { ...environment, CACHED_LLM_MODE: mode };
      const args = ['--conditions=@cached-llm/source', '--import', import.meta.resolve('tsx')];
      execFile(process.execPath, [...args, '--test', file], { env }, resolve);
    });
  await run('read-write');
  const first = readdirSync(join(folder, 'answers'));
  expect(first).toHaveLength(1);
  await run('replay');
  expect(readdirSync(join(folder, 'answers'))).toEqual(first);
  rmSync(folder, { recursive: true });
}, 60_000);
