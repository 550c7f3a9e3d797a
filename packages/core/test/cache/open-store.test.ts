import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MemoryStore, openStore } from '../../src/store.ts';
import {
  type Application,
  install,
  installAlone,
  newApplication,
} from '../function/application.ts';

describe('openStore', () => {
  test('opens a memory store with the given bounds', () => {
    const store = openStore('memory:', { maxEntries: 1 });
    expect(store).toBeInstanceOf(MemoryStore);
    void store.set('a', '1');
    void store.set('b', '2');
    expect(store.measure?.()?.usedEntries).toBe(1);
  });
});

const WHAT_IS_MISSING = `
for (const url of ['sqlite:./llm.db', 'redis://me:password@localhost', 'valkey://localhost']) {
  try {
    core.createLlmCache({ store: url });
    console.log('opened');
  } catch (error) {
    console.log(error.name, error.code, error.message);
  }
}`;

const ASK_ONCE = `
let calls = 0;
async function answer(prompt) {
  calls += 1;
  return prompt;
}
const cache = core.createLlmCache({ store: 'sqlite:./llm.db', storeTimeout: '2s' });
const ask = core.cachedLlmCall(answer, { cache });
await ask.withInfo('p');
await cache.close();
console.log(calls);`;

const askThreeTimes = (url: string) => `
const events = [];
process.on('unhandledRejection', (reason) => events.push(String(reason)));
const cache = core.createLlmCache({ store: '${url}', storeTimeout: '2s' });
cache.on('store-error', (event) => events.push(event));
const ask = core.cachedLlmCall(async function answer(prompt) { return prompt; }, { cache });
const answers = [];
for (const prompt of ['a', 'a', 'b']) answers.push(await ask(prompt));
await cache.close();
console.log(JSON.stringify({ answers, events }));`;

describe('an application', () => {
  let application: Application;
  beforeAll(async () => {
    application = await newApplication();
  });
  afterAll(() => application.remove());

  test('without the store package gets an error at definition that names the package to install', async () => {
    const { run, folder } = application;
    const lines = (await run(WHAT_IS_MISSING, folder)).split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/^LlmCacheError STORE_PACKAGE_MISSING /);
    expect(lines[0]).toContain('npm install @cached-llm/store-sqlite');
    expect(lines[1]).toContain('npm install @cached-llm/store-redis');
    expect(lines[0]).toContain('yarn add @cached-llm/store-sqlite');
    expect(lines[0]).toContain('store: sqliteStore({');
    expect(lines.join()).not.toContain('password');
  });

  test('finds the store package in its own folder, and finds its answers in a later run', async () => {
    const { run, folder } = application;
    await install(folder, 'store-sqlite');
    expect(await run(ASK_ONCE, folder)).toBe('1');
    expect(await run(ASK_ONCE, folder)).toBe('0');
  });

  test('finds the store package in the folder of its script, too', async () => {
    const { run, elsewhere } = application;
    expect(await run(ASK_ONCE, elsewhere)).toBe('1');
    expect(await run(ASK_ONCE, elsewhere)).toBe('0');
  });

  const outcomeAt = async (url: string) =>
    JSON.parse(await application.run(askThreeTimes(url), application.folder));

  const failure = (reason: string) => [
    { operation: 'get', reason: expect.stringMatching(reason), isPermanent: true },
  ];

  test('whose Redis client is missing or too old gets its answers, and one event that names what to install', async () => {
    const { folder } = application;
    await installAlone(folder, 'store-redis');
    const events = failure('^STORE_PACKAGE_MISSING: .*npm install @keyv/redis[, ]');
    const url = 'redis://me:password@localhost';
    expect(await outcomeAt(url)).toEqual({ answers: ['a', 'a', 'b'], events });
    const old = join(folder, 'node_modules', '@keyv', 'redis');
    await mkdir(old, { recursive: true });
    await writeFile(join(old, 'package.json'), '{ "type": "module", "main": "index.js" }');
    await writeFile(join(old, 'index.js'), 'export default class KeyvRedis {}');
    expect(await outcomeAt(url)).toEqual({ answers: ['a', 'a', 'b'], events });
  });

  test('with a wrong URL of a store gets its answers, and one event that says what is wrong', async () => {
    await install(application.folder, 'store-sqlite');
    const answers = ['a', 'a', 'b'];
    const sqlite = failure('^INVALID_OPTION: .*file:///tmp/llm.db.*name the file itself');
    expect(await outcomeAt('sqlite:file:///tmp/llm.db')).toEqual({ answers, events: sqlite });
  });

  test('without an SQLite addon uses the SQLite of Node.js, or gets its answers and one event that says what to do', async () => {
    await installAlone(application.folder, 'store-sqlite');
    const outcome = await outcomeAt('sqlite:./other.db');
    const hasModule = process.getBuiltinModule('node:sqlite') !== undefined;
    const events = hasModule ? [] : failure('^SQLITE_DRIVER_MISSING: .*npm install @keyv/sqlite');
    expect(outcome).toEqual({ answers: ['a', 'a', 'b'], events });
    expect(existsSync(join(application.folder, 'other.db'))).toBe(hasModule);
  });
});
