import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { KINDS, type Place, Places } from './places.ts';
import { now, put, question } from './questions.ts';

let places: Places;
beforeAll(async () => {
  places = await Places.open();
});
afterAll(() => places.close());

describe.each(KINDS)('on %s', (kind) => {
  let place: Place;
  beforeEach(() => {
    place = places.next(kind);
  });
  const left = async () => (await place.json('list', { now })).length;

  describe('rm', () => {
    test('removes an entry by its key', async () => {
      const key = await put(place, 'the sea');
      await put(place, 'the sky');
      expect(await place.run(`rm ${key} --yes`)).toMatchObject({ code: 0, errors: '' });
      expect(await place.json(`list`, { now })).toMatchObject([{ state: 'fresh' }]);
      expect(await place.use((cache) => cache.get(question('the sea')), { now })).toBeUndefined();
    });

    test.each([
      ['--tag faq', 2],
      ['--model gpt-4o-mini', 2],
      ['--provider other', 2],
      ['--older-than 20h', 2],
      ['--provider openai --older-than 20h', 2],
      ['--provider openai', 1],
    ])('removes all of %s', async (flags, expected) => {
      await put(place, 'a', { tags: ['faq'] });
      await put(place, 'b', { model: 'gpt-4o-mini', ago: 22 });
      await put(place, 'c', { provider: 'other' });
      const { out } = await place.run(`rm ${flags} --yes`, { now });
      expect([await left(), out]).toEqual([
        expected,
        expect.stringMatching(`^Removed ${3 - expected} entr`),
      ]);
    });

    test('reaches what another process stores of a removed tag while it looks on', async () => {
      await put(place, 'a', { tags: ['faq'] });
      await place.run('rm --tag faq --yes');
      await put(place, 'a', { tags: ['faq'] });
      expect(await place.json('list', { now })).toMatchObject([{ state: 'fresh' }]);
    });

    test('refuses without --yes where nobody can be asked', async () => {
      const key = await put(place, 'the sea');
      const { code, errors } = await place.run(`rm ${key}`);
      expect([code, errors]).toEqual([
        2,
        expect.stringMatching(/^error: Remove 1 entry .* add --yes\.\n$/),
      ]);
      expect(await left()).toBe(1);
    });

    test('refuses to remove everything for lack of a word', async () => {
      await put(place, 'the sea');
      expect(await place.run('rm --yes')).toMatchObject({ code: 2 });
      expect(await left()).toBe(1);
    });
  });

  describe('prune', () => {
    beforeEach(async () => {
      await put(place, 'fresh');
      await put(place, 'expired', { ago: 30 });
      await put(place, 'expired elsewhere', { ago: 30, provider: 'other' });
      await put(place, 'invalidated', { tags: ['old'] });
      await place.use((cache) => cache.invalidate({ tag: 'old' }));
    });

    test('removes what answers nobody', async () => {
      expect((await place.run('prune', { now })).out).toMatch(/^Removed 3 entries \(/);
      expect(await place.json('list', { now })).toMatchObject([{ state: 'fresh' }]);
    });

    test('removes it of one provider', async () => {
      expect(await place.json('prune --provider other', { now })).toMatchObject([{ removed: 1 }]);
      expect(await left()).toBe(3);
    });

    test('--dry-run only says so', async () => {
      expect((await place.run('prune --dry-run', { now })).out).toMatch(
        /^Would remove 3 entries \(/,
      );
      expect(await left()).toBe(4);
    });
  });

  describe('clear', () => {
    test('empties the namespace, and no other', async () => {
      await put(place, 'the sea');
      expect(await place.run('clear --yes')).toEqual({
        code: 0,
        out: `Every entry of ${place.namespace} is gone.\n`,
        errors: '',
      });
      expect(await left()).toBe(0);
    });

    test('refuses without --yes off a terminal', async () => {
      await put(place, 'the sea');
      expect(await place.run('clear')).toMatchObject({ code: 2, out: '' });
      expect(await left()).toBe(1);
    });

    test.each([
      ['y\n', 0, 0],
      ['n\n', 1, 1],
      ['\n', 1, 1],
    ])('asks a terminal, and takes %j for an answer', async (input, code, expected) => {
      await put(place, 'the sea');
      expect(await place.run('clear', { input, isTerminal: true })).toMatchObject({ code });
      expect(await left()).toBe(expected);
    });
  });
});
