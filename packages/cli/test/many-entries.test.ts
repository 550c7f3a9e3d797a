import { readFile } from 'node:fs/promises';
import type { LlmCache } from '@cached-llm/core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KINDS, type Place, Places } from './places.ts';
import { NOW, now, question } from './questions.ts';

const COUNT = 4_000;
const AT_ONCE = 200;
const HOUR = 3_600_000;

let places: Places;
beforeAll(async () => {
  places = await Places.open();
});
afterAll(() => places.close());

/** A third of them has expired. */
async function fill(place: Place): Promise<void> {
  const store = async (cache: LlmCache, index: number) => {
    const ttl = index % 3 === 0 ? '1h' : '1d';
    await cache.set(question(`question ${index}`), `answer ${index}`, { ttl });
  };
  await place.use(
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
  let place: Place;
  beforeAll(async () => {
    place = places.next(kind);
    await fill(place);
  });

  test('list shows each of them once', async () => {
    const keys = keysIn((await place.run('list --json', { now })).out);
    expect([keys.length, new Set(keys).size]).toEqual([COUNT, COUNT]);
    const { out } = await place.run('list', { now });
    expect(out.split('\n')).toHaveLength(COUNT + 3);
  });

  test('export writes each of them once', async () => {
    const path = places.path(`${kind}.jsonl`);
    await place.run(`export --output ${path}`, { now });
    const keys = keysIn(await readFile(path, 'utf8'));
    expect([keys.length, new Set(keys).size]).toEqual([COUNT, COUNT]);
  });

  test('prune removes those that have expired, and no other', async () => {
    const expired = Math.ceil(COUNT / 3);
    expect(await place.json('prune', { now })).toMatchObject([{ removed: expired }]);
    const left = keysIn((await place.run('list --json --state fresh', { now })).out);
    expect(new Set(left).size).toBe(COUNT - expired);
    expect(keysIn((await place.run('list --json', { now })).out)).toHaveLength(COUNT - expired);
  });
});
