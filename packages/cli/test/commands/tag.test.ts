import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { put } from '../questions.ts';
import { KINDS, type TestStore, TestStores } from '../test-stores.ts';

let testStores: TestStores;
beforeAll(async () => {
  testStores = await TestStores.open();
});
afterAll(() => testStores.close());

const LONG = { ttl: '365d' } as const; // the program has the time of this machine

describe.each(KINDS)('cached-llm tag on %s', (kind) => {
  let testStore: TestStore;
  let keys: string[];
  beforeEach(async () => {
    testStore = testStores.next(kind);
    keys = [
      await put(testStore, 'the sea', { ...LONG, ago: 30, tags: ['draft'] }),
      await put(testStore, 'the moon', { ...LONG, ago: 20, tags: ['draft', 'night'] }),
      await put(testStore, 'the wind', { ...LONG, ago: 10 }),
    ];
  });
  const tags = async () => {
    const entries = await testStore.json('list');
    return keys.map((key) => entries.find((entry) => entry.key === key)?.tags ?? []);
  };

  test('changes the tags of the entries that a filter selects, and says how many', async () => {
    const { code, out } = await testStore.run(
      'tag --tag draft --add reviewed --remove draft --yes',
    );
    expect([code, out]).toEqual([0, 'Changed the tags of 2 entries.\n']);
    expect(await tags()).toEqual([['reviewed'], ['night', 'reviewed'], []]);
    expect(await testStore.json('list --tag reviewed')).toHaveLength(2);
  });

  test('changes the tags of entries by their keys, which may be short', async () => {
    const short = keys[2]?.slice(-43).replace(/^-+/, '').slice(0, 12);
    const [fact] = await testStore.json(`tag ${keys[0]} ${short} --add one --add two --yes`);
    expect(fact).toMatchObject({ retagged: 2, unchanged: 0, refused: [] });
    expect(await tags()).toEqual([
      ['draft', 'one', 'two'],
      ['draft', 'night'],
      ['one', 'two'],
    ]);
    const [again] = await testStore.json(`tag ${keys[0]} --add one --yes`);
    expect(again).toMatchObject({ retagged: 0, unchanged: 1 });
  });

  test('asks first, and changes nothing where nobody can answer', async () => {
    const { code, errors } = await testStore.run('tag --tag draft --add reviewed');
    expect(code).not.toBe(0);
    expect(errors).toMatch(/Change the tags of 2 entries in .*\(add reviewed\)\? Add --yes/);
    expect(await tags()).toEqual([['draft'], ['draft', 'night'], []]);
  });

  test('says which entries it cannot change, and why', async () => {
    await testStore.use((cache) => cache.invalidate({ tag: 'night' }));
    const { code, out } = await testStore.run(`tag ${keys.join(' ')} --add reviewed --yes`);
    expect(code).toBe(1);
    expect(out).toContain('Changed the tags of 2 entries.');
    expect(out).toMatch(/1 entry not changed: The entry was invalidated/);
    const used = await testStore.json(`tag ${keys[0]} --add night --yes`);
    expect(used).toMatchObject([{ retagged: 0, refused: [{ reason: 'used-tag', entries: 1 }] }]);
  });

  test.each([
    ['tag --add one --yes', /either keys, or options/],
    ['tag somekey --yes', /a tag that is not empty/],
    ['tag somekey --add one --remove one --yes', /cannot be added and removed/],
  ])('refuses %s', async (line, message) => {
    expect(await testStore.run(line)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(message),
    });
  });
});
