import { beforeEach, describe, expect, test } from '@jest/globals';
import { now, put, question } from '../questions.ts';
import { KINDS } from '../test-stores.ts';
import { useTestStore, useTestStores } from '../use-test-stores.ts';

const testStores = useTestStores();

describe.each(KINDS)('on %s', (kind) => {
  const testStore = useTestStore(testStores, kind);
  const left = async () => (await testStore.json('list', { now })).length;

  describe('rm', () => {
    test('removes an entry by its key', async () => {
      const key = await put(testStore, 'the sea');
      await put(testStore, 'the sky');
      expect(await testStore.run(`rm ${key} --yes`)).toMatchObject({ code: 0, errors: '' });
      expect(await testStore.json(`list`, { now })).toMatchObject([{ state: 'fresh' }]);
      expect(
        await testStore.use((cache) => cache.get(question('the sea')), { now }),
      ).toBeUndefined();
    });

    test.each([
      ['--tag faq', 2],
      ['--model gpt-4o-mini', 2],
      ['--provider other', 2],
      ['--older-than 20h', 2],
      ['--provider openai --older-than 20h', 2],
      ['--provider openai', 1],
    ])('removes every entry that %s selects', async (flags, expected) => {
      await put(testStore, 'a', { tags: ['faq'] });
      await put(testStore, 'b', { model: 'gpt-4o-mini', ago: 22 });
      await put(testStore, 'c', { provider: 'other' });
      const { out } = await testStore.run(`rm ${flags} --yes`, { now });
      expect([await left(), out]).toEqual([
        expected,
        expect.stringMatching(`^Removed ${3 - expected} entr`),
      ]);
    });

    test('does not invalidate entries that are stored after the removal of their tag', async () => {
      await put(testStore, 'a', { tags: ['faq'] });
      await testStore.run('rm --tag faq --yes');
      await put(testStore, 'a', { tags: ['faq'] });
      expect(await testStore.json('list', { now })).toMatchObject([{ state: 'fresh' }]);
    });

    test('refuses without --yes where there is no terminal', async () => {
      const key = await put(testStore, 'the sea');
      const { code, errors } = await testStore.run(`rm ${key}`);
      expect([code, errors]).toEqual([
        2,
        expect.stringMatching(/^error: Remove 1 entry .* Add --yes to confirm\.\n$/),
      ]);
      expect(await left()).toBe(1);
    });

    test('refuses to remove everything where nothing is selected', async () => {
      await put(testStore, 'the sea');
      expect(await testStore.run('rm --yes')).toMatchObject({ code: 2 });
      expect(await left()).toBe(1);
    });
  });

  describe('prune', () => {
    beforeEach(async () => {
      await put(testStore, 'fresh');
      await put(testStore, 'expired', { ago: 30 });
      await put(testStore, 'expired elsewhere', { ago: 30, provider: 'other' });
      await put(testStore, 'invalidated', { tags: ['old'] });
      await testStore.use((cache) => cache.invalidate({ tag: 'old' }));
    });

    test('removes the entries that are never served again', async () => {
      expect((await testStore.run('prune', { now })).out).toMatch(/^Removed 3 entries \(/);
      expect(await testStore.json('list', { now })).toMatchObject([{ state: 'fresh' }]);
    });

    test('--provider removes only the entries of that provider', async () => {
      expect(await testStore.json('prune --provider other', { now })).toMatchObject([
        { removed: 1 },
      ]);
      expect(await left()).toBe(3);
    });

    test('--dry-run only prints what would be removed', async () => {
      expect((await testStore.run('prune --dry-run', { now })).out).toMatch(
        /^Would remove 3 entries \(/,
      );
      expect(await left()).toBe(4);
    });
  });

  describe('clear', () => {
    test('removes the entries of the namespace, and no others', async () => {
      await put(testStore, 'the sea');
      expect(await testStore.run('clear --yes')).toEqual({
        code: 0,
        out: `Removed every entry of the namespace ${testStore.namespace}.\n`,
        errors: '',
      });
      expect(await left()).toBe(0);
    });

    test('refuses without --yes where there is no terminal', async () => {
      await put(testStore, 'the sea');
      expect(await testStore.run('clear')).toMatchObject({ code: 2, out: '' });
      expect(await left()).toBe(1);
    });

    test.each([
      ['y\n', 0, 0],
      ['n\n', 1, 1],
      ['\n', 1, 1],
    ])('asks on a terminal, and the answer %j ends with %d', async (input, code, expected) => {
      await put(testStore, 'the sea');
      expect(await testStore.run('clear', { input, isTerminal: true })).toMatchObject({ code });
      expect(await left()).toBe(expected);
    });
  });
});
