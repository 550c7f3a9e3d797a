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
  ['unencrypted', {}],
  ['compressed', { compress: 1 }],
  ['encrypted', { secret: SECRET }],
  ['compressed and encrypted', { compress: 1, secret: SECRET }],
  ['encrypted, during a rotation', { secrets: [SECRET, OLDER_SECRET] }],
];

/** A store with one entry of two tags, of which one was invalidated, and all its rows. */
async function filledStore(options: CacheOptions) {
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

type FilledStore = Awaited<ReturnType<typeof filledStore>>;

/** Writes over a row. Then the same request is a miss and after it a hit, without an error or a further event. */
async function expectMissThenHit(cache: FilledStore, [key, row]: readonly [string, string]) {
  for (const [each, value] of cache.rows) cache.store.set(each, value);
  cache.store.set(key, row);
  const { ask, story } = cache.open();
  for (let turn = 0; turn < 2; turn++) {
    expect((await ask.withInfo(QUESTION)).response).toEqual(cache.right);
  }
  expect(story()).toEqual(['miss', 'stored', 'hit']);
}

/** Texts that may replace a row by accident or malice. */
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

describe.each(KINDS)('a text that was written over a row that is %s', (name, options) => {
  const isUnencrypted = name === 'unencrypted';

  test('is a miss and no error, and the next answer is stored', async () => {
    const cache = await filledStore(options);
    const own = cache.rows.find(([key]) => key === cache.key)?.[1] ?? '';
    await fc.assert(
      fc.asyncProperty(damageTo(own), async (damage) => {
        // Without encryption, a text that has the form of an entry is an entry.
        fc.pre(damage !== own && !(isUnencrypted && isEntry(damage)));
        await expectMissThenHit(cache, [cache.key, damage]);
      }),
      { numRuns: 300 },
    );
  });

  test('that holds the state of a tag is a miss and no error, and the next answer is stored', async () => {
    const cache = await filledStore(options);
    const [key = '', own = ''] = cache.rows.find(([each]) => each.includes(':tag:')) ?? [];
    await fc.assert(
      fc.asyncProperty(damageTo(own), async (damage) => {
        fc.pre(damage !== own && !hasSameGeneration(damage, own));
        await expectMissThenHit(cache, [key, damage]);
      }),
      { numRuns: 150 },
    );
  });

  test('and that comes from any other row of the store is a miss', async () => {
    const cache = await filledStore(options);
    expect(cache.rows.length).toBeGreaterThan(1);
    for (const [key, row] of cache.rows) {
      if (key !== cache.key) await expectMissThenHit(cache, [cache.key, row]);
    }
  });
});

/** Does it have the form of an unencrypted row: a header and a payload, each as JSON? */
function isEntry(text: string): boolean {
  const [header = '', ...payload] = text.split('\n');
  try {
    return typeof JSON.parse(header) === 'object' && JSON.parse(payload.join('\n')) !== undefined;
  } catch {
    return false;
  }
}

/** Without encryption, a changed tag row with the same generation is the same state. */
function hasSameGeneration(text: string, own: string): boolean {
  try {
    return JSON.parse(text).generation === JSON.parse(own).generation;
  } catch {
    return false;
  }
}

describeWithFixtures(
  runner,
  'JSON from a public collection that was written over a row',
  (folder) => {
    const files = readdirSync(join(folder, 'json'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, 'json', name))
      .filter((path) => /\.(json|txt|hex)$/.test(path));

    test.each(KINDS)('that is %s is a miss', async (_name, options) => {
      const cache = await filledStore(options);
      expect(files.length).toBeGreaterThan(5);
      for (const text of files.map((path) => readFileSync(path, 'utf8'))) {
        for (const row of [text, `${text}\n${text}`, `z:${text}`]) {
          await expectMissThenHit(cache, [cache.key, row]);
        }
      }
    });
  },
);
