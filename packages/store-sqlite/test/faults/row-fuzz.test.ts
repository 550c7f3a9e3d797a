import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openModel } from '../open-model.ts';
import { TestResources } from '../resources.ts';

const resources = new TestResources();

const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
/** Changes that another program may make to a row, as SQL over its bytes `b`, a place in them, and new bytes. */
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

test('a row with overwritten bytes is a miss, and the answer is stored again', async () => {
  const { model, ask, keyOf, close } = openModel(resources.path);
  const property = async (damage: string, place: number, replacement: Uint8Array) => {
    const key = keyOf('Why?') ?? '';
    await ask('Why?');
    const rowOf = () => resources.query('SELECT hex(value) FROM cached_llm WHERE key = ?', key);
    const [before] = await rowOf();
    const hex = Buffer.from(replacement).toString('hex');
    const sql = `UPDATE cached_llm SET value = (SELECT ${damage} FROM
      (SELECT CAST(value AS BLOB) AS b, ${place} % length(value) AS place, x'${hex}' AS new)) WHERE key = ?`;
    await resources.query(sql, key);
    const [after] = await rowOf();
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
  ['only an expiry', '9'.repeat(15)],
  ['deep nesting', `${'9'.repeat(15)}${'['.repeat(200_000)}`],
  ['a prototype', `${'9'.repeat(15)}{"__proto__":{"fingerprint":""}}\n{}`],
  ['half a surrogate', `${'9'.repeat(15)}"\ud800\n\udc00`],
  ['a number beyond the range of numbers', `${'9'.repeat(15)}{"storedAt":1e999}\n1`],
  ['a zero character', `${'9'.repeat(15)}{\u0000}\n\u0000`],
])('%s in place of a row is a miss, and the answer is stored again', async (_name, value) => {
  const { ask, close } = openModel(resources.path);
  await ask('Why?');
  await resources.query('UPDATE cached_llm SET value = ?', value);
  expect((await ask('Why?')).outcome).toBe('miss');
  expect((await ask('Why?')).outcome).toBe('hit');
  await close();
});
