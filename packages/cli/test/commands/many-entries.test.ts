import { readFile } from 'node:fs/promises';
import type { LlmCache } from '@cached-llm/core';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { NOW, now, question } from '../questions.ts';
import { KINDS, type TestStore } from '../test-stores.ts';
import { useTestStores } from '../use-test-stores.ts';

const COUNT = 4_000;
const AT_ONCE = 200;
const HOUR = 3_600_000;

const testStores = useTestStores();

/** A third of the entries has expired. */
async function fill(testStore: TestStore): Promise<void> {
  const store = async (cache: LlmCache, index: number) => {
    const ttl = index % 3 === 0 ? '1h' : '1d';
    await cache.set(question(`question ${index}`), `answer ${index}`, { ttl });
  };
  await testStore.use(
    async (cache) => {
      for (let from = 0; from < COUNT; from += AT_ONCE) {
        await Promise.all(
          Array.from({ length: AT_ONCE }, (_, index) => store(cache, from + index)),
        );
      }
    },
    { now: () => NOW - 2 * HOUR },
  );
}

const keysIn = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).key as string);

describe.each(KINDS)(`with ${COUNT} entries on %s`, (kind) => {
  let testStore: TestStore;
  beforeAll(async () => {
    testStore = testStores.next(kind);
    await fill(testStore);
  });

  test('list prints each of them once', async () => {
    const keys = keysIn((await testStore.run('list --json', { now })).out);
    expect([keys.length, new Set(keys).size]).toEqual([COUNT, COUNT]);
    const { out } = await testStore.run('list', { now });
    expect(out.split('\n')).toHaveLength(COUNT + 3);
  });

  test('export writes each of them once', async () => {
    const path = testStores.path(`${kind}.jsonl`);
    await testStore.run(`export --output ${path}`, { now });
    const keys = keysIn(await readFile(path, 'utf8'));
    expect([keys.length, new Set(keys).size]).toEqual([COUNT, COUNT]);
  });

  test('prune removes the expired ones, and no others', async () => {
    const expired = Math.ceil(COUNT / 3);
    expect(await testStore.json('prune', { now })).toMatchObject([{ removed: expired }]);
    const left = keysIn((await testStore.run('list --json --state fresh', { now })).out);
    expect(new Set(left).size).toBe(COUNT - expired);
    expect(keysIn((await testStore.run('list --json', { now })).out)).toHaveLength(COUNT - expired);
  });
});
