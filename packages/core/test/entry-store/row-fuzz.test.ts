import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithFixtures } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CacheOptions, cachedLlmCall } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { QUESTION } from '../provider.ts';
import { OLDER_SECRET, SECRET } from '../secrecy/secret-texts.ts';
import { startTrial } from '../trial.ts';

const runner = { describe, test };
const KINDS: readonly (readonly [string, CacheOptions])[] = [
  ['plain', {}],
  ['compressed', { compress: 1 }],
  ['sealed', { secret: SECRET }],
  ['compressed and sealed', { compress: 1, secret: SECRET }],
  ['sealed and rotated', { secrets: [SECRET, OLDER_SECRET] }],
];

/** A cache with one entry of two tags, one of which was invalidated, and all rows that this makes. */
async function seasoned(options: CacheOptions) {
  const store = new MemoryStore();
  const open = () => {
    const { cache, story } = startTrial({ store, tags: ['faq', 'old'], ...options });
    return { cache, story, ask: cachedLlmCall(answer, { cache }) };
  };
  async function answer({ prompt }: { readonly prompt: string }) {
    return { text: `the answer to ${prompt}`.repeat(20) };
  }
  await open().cache.invalidate({ tag: 'old' });
  const { ask } = open();
  const right = await ask(QUESTION);
  const key = (await ask.withInfo(QUESTION)).info.key ?? '';
  const rows: (readonly [string, string])[] = [];
  for await (const row of store.scan('')) rows.push([row.key, row.value]);
  return { store, open, key, right, rows };
}

type Seasoned = Awaited<ReturnType<typeof seasoned>>;

/** Writes over a row; then a miss, the right answer, and a hit. Nothing else is told, and nothing throws. */
async function isMissAndMended(cache: Seasoned, [key, row]: readonly [string, string]) {
  for (const [each, value] of cache.rows) cache.store.set(each, value);
  cache.store.set(key, row);
  const { ask, story } = cache.open();
  for (let turn = 0; turn < 2; turn++) {
    expect((await ask.withInfo(QUESTION)).response).toEqual(cache.right);
  }
  expect(story()).toEqual(['miss', 'stored', 'hit']);
}

/** What may come to stand in a row by accident or malice, given what stood there. */
function damageTo(row: string): fc.Arbitrary<string> {
  const place = fc.nat(row.length - 1);
  const length = fc.integer({ min: 1, max: 40 });
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.base64String({ maxLength: 200 }),
    fc.base64String({ maxLength: 200 }).map((text) => `z:${text}`),
    fc.json(),
    fc.json().map((text) => `${text}\n${text}`),
    fc.constantFrom(
      '',
      '\n',
      'null',
      '{}\n{}',
      '[]',
      '"',
      'z:',
      'z:z:',
      '\u0000',
      '{"__proto__":1}\n',
    ),
    place.map((end) => row.slice(0, end)),
    place.map((start) => row.slice(start + 1)),
    fc.constant(`${row}${row}`),
    fc.tuple(place, length).map(([start, much]) => row.slice(0, start) + row.slice(start + much)),
    fc
      .tuple(place, fc.integer({ min: 0, max: 6 }))
      .map(([at, bit]) => row.slice(0, at) + flipped(row.charAt(at), bit) + row.slice(at + 1)),
  );
}

const flipped = (letter: string, bit: number) =>
  String.fromCharCode(letter.charCodeAt(0) ^ (1 << bit));

describe.each(KINDS)('anything written over a %s row', (name, options) => {
  const isPlain = name === 'plain';

  test('is a miss, never a throw, and the next answer mends it', async () => {
    const cache = await seasoned(options);
    const own = cache.rows.find(([key]) => key === cache.key)?.[1] ?? '';
    await fc.assert(
      fc.asyncProperty(damageTo(own), async (damage) => {
        // A text that still is an entry with a whole payload is one: nothing but a seal tells.
        fc.pre(damage !== own && !(isPlain && isEntry(damage)));
        await isMissAndMended(cache, [cache.key, damage]);
      }),
      { numRuns: 300 },
    );
  });

  test('of a marker is a miss, never a throw, and the next answer is kept', async () => {
    const cache = await seasoned(options);
    const [key = '', own = ''] = cache.rows.find(([each]) => each.includes(':tag:')) ?? [];
    await fc.assert(
      fc.asyncProperty(damageTo(own), async (damage) => {
        fc.pre(damage !== own && !isMarkerLike(damage, own));
        await isMissAndMended(cache, [key, damage]);
      }),
      { numRuns: 150 },
    );
  });

  test('from any other row of the store is a miss', async () => {
    const cache = await seasoned(options);
    expect(cache.rows.length).toBeGreaterThan(1);
    for (const [key, row] of cache.rows) {
      if (key !== cache.key) await isMissAndMended(cache, [cache.key, row]);
    }
  });
});

/** A header and a payload, each of them JSON, as a plain row has them. */
function isEntry(text: string): boolean {
  const [header = '', ...payload] = text.split('\n');
  try {
    return typeof JSON.parse(header) === 'object' && JSON.parse(payload.join('\n')) !== undefined;
  } catch {
    return false;
  }
}

/** Unsealed, a changed marker may be a marker: with the same generation it says the same. */
function isMarkerLike(text: string, own: string): boolean {
  try {
    return JSON.parse(text).generation === JSON.parse(own).generation;
  } catch {
    return false;
  }
}

describeWithFixtures(runner, 'JSON of others, written over a row', (folder) => {
  const files = readdirSync(join(folder, 'json'), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, 'json', name))
    .filter((path) => /\.(json|txt|hex)$/.test(path));

  test.each(KINDS)('is a miss over a %s one', async (_name, options) => {
    const cache = await seasoned(options);
    expect(files.length).toBeGreaterThan(5);
    for (const text of files.map((path) => readFileSync(path, 'utf8'))) {
      for (const row of [text, `${text}\n${text}`, `z:${text}`]) {
        await isMissAndMended(cache, [cache.key, row]);
      }
    }
  });
});
