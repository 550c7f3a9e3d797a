import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MemoryStore, openStore } from '../../src/store.ts';
import { type Application, install, newApplication } from '../function/application.ts';

describe('openStore', () => {
  test('opens a memory store with the given bounds', () => {
    const store = openStore('memory:', { maxEntries: 1 });
    expect(store).toBeInstanceOf(MemoryStore);
    void store.set('a', '1');
    void store.set('b', '2');
    expect(store.measure?.().entries).toBe(1);
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
});
