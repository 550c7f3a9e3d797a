import { copyFile, open, stat } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openModel } from '../open-model.ts';
import { TestResources } from '../resources.ts';

const QUESTIONS = ['Why?', 'How?', 'When?', 'Where to?'];

const resources = new TestResources();

/** The header's fields after the first. They may say that a newer SQLite wrote the file, and a store must believe that. */
const FIELDS = [16, 100] as const;

async function overwrite(path: string, share: number, replacement: Uint8Array): Promise<void> {
  const place = Math.floor(share * (await stat(path)).size);
  const position = place < FIELDS[0] || place >= FIELDS[1] ? place : FIELDS[1];
  const file = await open(path, 'r+');
  await file.write(replacement, 0, replacement.length, position);
  await file.close();
}

/**
 * Damage that is found late takes the earlier answers along, and rows that came to share a page damage each other
 * when they are written, until one of them gets another page.
 */
async function untilAllAreHits(ask: ReturnType<typeof openModel>['ask']): Promise<void> {
  let misses = QUESTIONS.length;
  for (let round = 0; round <= 2 * QUESTIONS.length && misses > 0; round += 1) {
    misses = 0;
    for (const question of QUESTIONS) if ((await ask(question)).outcome !== 'hit') misses += 1;
  }
  expect(misses).toBe(0);
}

test('a file with overwritten bytes costs misses at most, and the answers are stored again', async () => {
  const sound = `${resources.folder}/sound.db`;
  const first = openModel(sound);
  for (const question of QUESTIONS) await first.ask(question);
  await first.close();
  let run = 0;
  const property = async (places: readonly number[], replacement: Uint8Array) => {
    run += 1;
    const path = `${resources.folder}/${run}.db`;
    await copyFile(sound, path);
    for (const place of places) await overwrite(path, place, replacement);
    const { ask, close } = openModel(path);
    await untilAllAreHits(ask);
    await close();
  };
  const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
    minLength: 1,
    maxLength: 6,
  });
  const few = fc.uint8Array({ minLength: 1, maxLength: 40 });
  const many = fc.uint8Array({ minLength: 1, maxLength: 5000 });
  await fc.assert(fc.asyncProperty(places, fc.oneof(few, many), property), { numRuns: 40 });
});
