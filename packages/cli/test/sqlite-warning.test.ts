import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';

const FILE = pathToFileURL(
  fileURLToPath(new URL('../src/terminal/sqlite-warning.ts', import.meta.url)),
).href;

test('of all warnings, that of SQLite alone is kept from the terminal', async () => {
  const code = `
    import { hideSqliteWarning } from ${JSON.stringify(FILE)};
    hideSqliteWarning();
    const sqlite = 'SQLite is an experimental feature and might change at any time';
    process.emitWarning(sqlite, 'ExperimentalWarning');
    process.emitWarning(sqlite, { type: 'ExperimentalWarning' });
    process.emitWarning('Another is experimental', 'ExperimentalWarning');
    process.emitWarning('SQLite is slow', { type: 'LlmCacheWarning', code: 'SLOW' });
    process.emitWarning(new Error('An error'));`;
  const words = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', code];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const [printed] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  const lines = printed.split('\n').filter((line) => /^\(node:\d+\)/.test(line));
  expect(lines.map((line) => line.replace(/^\(node:\d+\) /, ''))).toEqual([
    'ExperimentalWarning: Another is experimental',
    '[SLOW] LlmCacheWarning: SQLite is slow',
    'Error: An error',
  ]);
});
