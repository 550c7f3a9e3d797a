import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { put, question } from './questions.ts';
import { type TestStore, TestStores } from './test-stores.ts';

let testStores: TestStores;
let testStore: TestStore;
beforeAll(async () => {
  testStores = await TestStores.open();
  testStore = testStores.next('SQLite');
  await put(testStore, 'the sea', { ttl: '365d' });
});
afterAll(() => testStores.close());

const OWN = fileURLToPath(new URL('..', import.meta.url));

/** The program as its users start it, from its sources. */
function start(...argv: readonly string[]): ChildProcess {
  const { CACHED_LLM_STORE: _, NODE_OPTIONS: __, ...env } = process.env;
  const source = ['--conditions=@cached-llm/source', '--import', 'tsx'];
  return spawn(process.execPath, [...source, join('bin', 'cached-llm.mjs'), ...argv], {
    cwd: OWN,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess) {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('It has no output.');
  const [out, errors, [code, signal]] = await Promise.all([
    text(stdout),
    text(stderr),
    once(child, 'exit'),
  ]);
  return { out, errors, code, signal };
}

const onTestStore = () => ['--store', testStore.url, '--namespace', testStore.namespace] as const;

describe('the program', () => {
  test.each([
    [['config'], 0],
    [['verify'], 0],
    [['health', '--max-bytes', '1b'], 1],
    [['show', 'nothing-like-it'], 1],
    [['nothing'], 2],
    [['clear'], 2],
  ])('%j ends with %d', async (argv, code) => {
    expect(await ended(start(...argv, ...onTestStore()))).toMatchObject({ code, signal: null });
  });

  test('ends by itself when the command is done, on Redis too', async () => {
    const { out, code } = await ended(start('list', '--store', testStores.redis.url));
    expect([out, code]).toEqual(['No entries in namespace cached-llm.\n', 0]);
  });

  test('ends with 0 when --watch is interrupted', async () => {
    await testStore.use((cache) => cache.get(question('the sea')));
    const child = start('stats', '--watch', '--interval', '20ms', '--json', ...onTestStore());
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { code, signal, errors } = await ended(child);
    expect([code, signal, errors]).toEqual([0, null, '']);
  });

  test('ends with 0 when its reader stops reading', async () => {
    const child = start('stats', '--watch', '--interval', '1ms', ...onTestStore());
    child.stdout?.once('data', () => child.stdout?.destroy());
    const [code, signal] = await once(child, 'exit');
    expect([code, signal]).toEqual([0, null]);
  });
});
