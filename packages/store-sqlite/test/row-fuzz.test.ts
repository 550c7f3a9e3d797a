import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { KeyvSqlite } from '@keyv/sqlite';
import fc from 'fast-check';
import { openModel } from './open-model.ts';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
/** What a row may be after somebody else wrote to it, as SQL over its bytes `b`, a place in them, and new bytes. */
const damages = fc.constantFrom(
  'CAST(substr(b, 1, place) || new || substr(b, place + 1 + length(new)) AS TEXT)',
  'substr(b, 1, place) || new || substr(b, place + 1 + length(new))',
  'CAST(substr(b, 1, place) AS TEXT)',
  'CAST(substr(b, place + 1) AS TEXT)',
  'CAST(substr(b, 1, place) || new || substr(b, place + 1) AS TEXT)',
  'CAST(new AS TEXT)',
  'new',
  'place',
  'NULL',
);

test('bytes written over a row are a miss, and the answer is stored again', async () => {
  const path = `${folder.path}/cache.db`;
  const { model, ask, keyOf, close } = openModel(path);
  const property = async (damage: string, place: number, replacement: Uint8Array) => {
    const key = keyOf('Why?') ?? '';
    await ask('Why?');
    // Anew each time: what breaks the file's index, too, has the file set aside.
    const other = new KeyvSqlite({ uri: path, table: 'cached_llm' });
    const rowOf = () => other.query('SELECT hex(value) FROM cached_llm WHERE key = ?', key);
    const [before] = await rowOf();
    const hex = Buffer.from(replacement).toString('hex');
    const sql = `UPDATE cached_llm SET value = (SELECT ${damage} FROM
      (SELECT CAST(value AS BLOB) AS b, ${place} % length(value) AS place, x'${hex}' AS new)) WHERE key = ?`;
    await other.query(sql, key);
    const [after] = await rowOf();
    await other.disconnect();
    model.calls = 0;
    await ask('Why?');
    const isDamaged = JSON.stringify(before) !== JSON.stringify(after);
    if (isDamaged) expect(model.calls).toBe(1);
    expect((await ask('Why?')).outcome).toBe('hit');
  };
  await fc.assert(fc.asyncProperty(damages, fc.nat(), bytes, property), { numRuns: 150 });
  await close();
});

test.each([
  ['an empty text', ''],
  ['an expiry alone', '9'.repeat(15)],
  ['deep nesting', `${'9'.repeat(15)}${'['.repeat(200_000)}`],
  ['a prototype', `${'9'.repeat(15)}{"__proto__":{"fingerprint":""}}\n{}`],
  ['half a surrogate', `${'9'.repeat(15)}"\ud800\n\udc00`],
  ['a number beyond numbers', `${'9'.repeat(15)}{"storedAt":1e999}\n1`],
  ['a zero character', `${'9'.repeat(15)}{\u0000}\n\u0000`],
])('%s in place of a row is a miss, and the answer is stored again', async (_name, value) => {
  const path = `${folder.path}/cache.db`;
  const { ask, close } = openModel(path);
  await ask('Why?');
  const other = new KeyvSqlite({ uri: path, table: 'cached_llm' });
  await other.query('UPDATE cached_llm SET value = ?', value);
  await other.disconnect();
  expect((await ask('Why?')).outcome).toBe('miss');
  expect((await ask('Why?')).outcome).toBe('hit');
  await close();
});
