import { writeFile } from 'node:fs/promises';
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

  describe('list', () => {
    test('says that there is nothing where there is nothing', async () => {
      await place.use(async (cache) => cache.expire({ namespace: true })); // makes the file
      expect(await place.run('list')).toEqual({ code: 0, out: 'No entries.\n', errors: '' });
    });

    test('shows a line for each entry, and their number', async () => {
      await put(place, 'the sea', { ago: 2, tags: ['faq'] });
      await put(place, 'the sky', { ago: 30, model: 'gpt-4o-mini' });
      const { out } = await place.run('list', { now });
      expect(out).toMatch(/^KEY +PROVIDER +MODEL +STATE +AGE +LEFT +SIZE\n/);
      expect(out).toMatch(/openai +gpt-4o +fresh +2h +22h +\d+ B\n/);
      expect(out).toMatch(/openai +gpt-4o-mini +expired +1.3d +- +\d+ B\n/);
      expect(out).toMatch(/2 entries, [\d.]+ K?B\n$/);
    });

    test.each([
      ['--model gpt-4o', ['a', 'b', 'd']],
      ['--provider other', ['d']],
      ['--tag faq', ['b']],
      ['--older-than 90m', ['b', 'c']],
      ['--younger-than 90m', ['a', 'd']],
      ['--state expired', ['c']],
      ['--larger-than 1mb', []],
      ['--older-than 90m --model gpt-4o', ['b']],
    ])('%s leaves what it names', async (flags, expected) => {
      const keys = {
        a: await put(place, 'a', { ago: 1 }),
        b: await put(place, 'b', { ago: 2, tags: ['faq'] }),
        c: await put(place, 'c', { ago: 30, model: 'gpt-4o-mini' }),
        d: await put(place, 'd', { provider: 'other' }),
      };
      const listed = (await place.json(`list ${flags}`, { now })).map(({ key }) => key);
      const names = Object.entries(keys).filter(([, key]) => listed.includes(key));
      expect(names.map(([name]) => name)).toEqual(expected);
      expect(listed).toHaveLength(expected.length);
    });

    test('marks what was invalidated', async () => {
      await put(place, 'a', { tags: ['old'] });
      await place.use((cache) => cache.invalidate({ tag: 'old' }));
      expect(await place.json('list', { now })).toMatchObject([{ state: 'invalidated' }]);
    });

    test('ends at its limit', async () => {
      for (const content of ['a', 'b', 'c']) await put(place, content);
      expect(await place.json('list --limit 2')).toHaveLength(2);
    });

    test('tells one scope from another', async () => {
      await put(place, 'a', { scope: 'tenant-7' });
      await put(place, 'b');
      expect(await place.json('list --scope tenant-7')).toHaveLength(1);
    });
  });

  describe('show', () => {
    test('hides the answer and the scope', async () => {
      const key = await put(place, 'the sea', { scope: 'tenant-7' });
      const { out } = await place.run(`show ${key}`, { now });
      expect(out).toContain(key);
      expect(out).toMatch(/hidden: --reveal shows them/);
      expect(out).not.toMatch(/About|tenant-7/);
      expect(JSON.stringify(await place.json(`show ${key}`))).not.toMatch(/About|tenant-7/);
    });

    test('--reveal shows them', async () => {
      const key = await put(place, 'the sea', { scope: 'tenant-7' });
      expect((await place.run(`show ${key} --reveal`)).out).toMatch(
        /tenant-7[\s\S]*About: the sea/,
      );
    });

    test('takes as much of a key as list shows', async () => {
      const key = await put(place, 'the sea');
      const { out } = await place.run('list');
      const id = out.split('\n')[1]?.split(' ')[0];
      expect((await place.run(`show ${id}`)).out).toContain(key);
    });

    test('fails for a key that is not there', async () => {
      await put(place, 'the sea');
      expect(await place.run('show abcdefgh')).toEqual({
        code: 1,
        out: '',
        errors: 'error: There is no entry abcdefgh.\n',
      });
    });
  });

  describe('explain', () => {
    const ask = async (identity: unknown) => {
      const path = places.path('request.json');
      await writeFile(path, JSON.stringify(identity));
      return (await place.json(`explain ${path}`, { now }))[0];
    };

    test('says that a stored request is a hit, with its key', async () => {
      const key = await put(place, 'the sea', { ago: 2 });
      expect(await ask(question('the sea'))).toMatchObject({ key, state: 'fresh' });
    });

    test('names the nearest entry and where it differs', async () => {
      const key = await put(place, 'the sea');
      await put(place, 'something else', { model: 'gpt-4o-mini' });
      const found = await ask(question('the sea', { temperature: 0.9 }));
      expect(found).toMatchObject({
        state: 'absent',
        nearest: { key, differing: ['temperature'] },
      });
    });

    test('tells people the same', async () => {
      await put(place, 'the sea', { ago: 2 });
      const input = JSON.stringify(question('the sea', { temperature: 0.9 }));
      expect((await place.run('explain -', { input, now })).out).toMatch(/differs in temperature/);
      const known = JSON.stringify(question('the sea'));
      expect((await place.run('explain -', { input: known, now })).out).toMatch(
        /a hit, stored 2h ago/,
      );
    });

    test.each([
      ['{', 1, 'error: - is no JSON.\n'],
      ['{"request":{}}', 2, expect.stringMatching(/^error: Write \{ "provider"/)],
    ])('says what is wrong with %s', async (input, code, errors) => {
      await put(place, 'the sea');
      expect(await place.run('explain -', { input })).toEqual({ code, out: '', errors });
    });
  });

  describe('diff', () => {
    test('names what two entries do not share', async () => {
      const one = await put(place, 'the sea');
      const other = await put(place, 'the sky');
      const { out } = await place.run(`diff ${one} ${other}`);
      expect(out).toMatch(/Requests differ at:\n {2}messages\[0\]\.content/);
      expect(out).toMatch(/Answers differ at:\n {2}choices\[0\]\.message\.content/);
      expect(out).not.toContain('About');
    });

    test('finds no difference in one and the same', async () => {
      const key = await put(place, 'the sea');
      expect(await place.json(`diff ${key} ${key}`)).toEqual([
        { facts: [], request: [], answer: [] },
      ]);
    });
  });

  describe('stats', () => {
    test('adds up what all processes did', async () => {
      await place.use(async (cache) => {
        await cache.get(question('the sea'));
        await cache.set(question('the sea'), { text: 'salty' });
        await cache.get(question('the sea'));
      });
      await place.use((cache) => cache.get(question('the sea')));
      const [stats] = await place.json('stats');
      expect(stats).toMatchObject({ requests: 3, hits: 2, misses: 1 });
      expect(stats.byModel).toMatchObject([{ provider: 'openai', model: 'gpt-4o', hits: 2 }]);
    });

    test('shows people the rate, the models and a bar for each day', async () => {
      await place.use(async (cache) => {
        await cache.set(question('the sea'), { text: 'salty' });
        await cache.get(question('the sea'));
      });
      const { out } = await place.run('stats');
      expect(out).toMatch(/hit rate +100\.0 %/);
      expect(out).toMatch(/openai\/gpt-4o +1 +1 +100\.0 %/);
      expect(out).toMatch(/\d{4}-\d\d-\d\d █+ 1\n█ hits/);
      expect((await place.run('stats --by provider')).out).toMatch(/^PROVIDER[\s\S]*openai +1 +1/);
    });

    test('--watch looks again and again, until it is interrupted', async () => {
      await place.use((cache) => cache.get(question('the sea')));
      const controller = new AbortController();
      const watching = place.run('stats --watch --interval 1ms --json', {
        signal: controller.signal,
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.abort();
      const { code, out } = await watching;
      expect(code).toBe(0);
      expect(out.trim().split('\n').length).toBeGreaterThan(0);
    });
  });
});
