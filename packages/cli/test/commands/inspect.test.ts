import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { NOW, now, put, question } from '../questions.ts';
import { KINDS } from '../test-stores.ts';
import { useTestStore, useTestStores } from '../use-test-stores.ts';

const testStores = useTestStores();

describe.each(KINDS)('on %s', (kind) => {
  const testStore = useTestStore(testStores, kind);

  describe('list', () => {
    test('prints that a store without entries has none', async () => {
      await testStore.use(async (cache) => cache.expire({ namespace: true })); // creates the file
      const out = `No entries in namespace ${testStore.namespace}.\n`;
      expect(await testStore.run('list')).toEqual({ code: 0, out, errors: '' });
    });

    test('prints a line for each entry, and their number', async () => {
      await put(testStore, 'the sea', { ago: 2, tags: ['faq'] });
      await put(testStore, 'the sky', { ago: 30, model: 'gpt-4o-mini' });
      const { out } = await testStore.run('list', { now });
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
    ])('%s selects the entries it describes', async (flags, expected) => {
      const keys = {
        a: await put(testStore, 'a', { ago: 1 }),
        b: await put(testStore, 'b', { ago: 2, tags: ['faq'] }),
        c: await put(testStore, 'c', { ago: 30, model: 'gpt-4o-mini' }),
        d: await put(testStore, 'd', { provider: 'other' }),
      };
      const listed = (await testStore.json(`list ${flags}`, { now })).map(({ key }) => key);
      const names = Object.entries(keys).filter(([, key]) => listed.includes(key));
      expect(names.map(([name]) => name)).toEqual(expected);
      expect(listed).toHaveLength(expected.length);
    });

    test('shows that an entry was invalidated', async () => {
      await put(testStore, 'a', { tags: ['old'] });
      await testStore.use((cache) => cache.invalidate({ tag: 'old' }));
      expect(await testStore.json('list', { now })).toMatchObject([{ state: 'invalidated' }]);
    });

    test('--limit ends the list', async () => {
      for (const content of ['a', 'b', 'c']) await put(testStore, content);
      expect(await testStore.json('list --limit 2')).toHaveLength(2);
    });

    test('--scope selects the entries of one scope', async () => {
      await put(testStore, 'a', { scope: 'tenant-7' });
      await put(testStore, 'b');
      expect(await testStore.json('list --scope tenant-7')).toHaveLength(1);
    });
  });

  describe('show', () => {
    test('hides the answer and the scope', async () => {
      const key = await put(testStore, 'the sea', { scope: 'tenant-7' });
      const { out } = await testStore.run(`show ${key}`, { now });
      expect(out).toContain(key);
      expect(out).toMatch(/hidden \(--reveal shows them\)/);
      expect(out).not.toMatch(/About|tenant-7/);
      expect(JSON.stringify(await testStore.json(`show ${key}`))).not.toMatch(/About|tenant-7/);
    });

    test('--reveal shows them', async () => {
      const key = await put(testStore, 'the sea', { scope: 'tenant-7' });
      expect((await testStore.run(`show ${key} --reveal`)).out).toMatch(
        /tenant-7[\s\S]*About: the sea/,
      );
    });

    test('takes the short key that list prints', async () => {
      const key = await put(testStore, 'the sea');
      const { out } = await testStore.run('list');
      const id = out.split('\n')[1]?.split(' ')[0];
      expect((await testStore.run(`show ${id}`)).out).toContain(key);
    });

    test('fails for a key that is not stored', async () => {
      await put(testStore, 'the sea');
      expect(await testStore.run('show abcdefgh')).toEqual({
        code: 1,
        out: '',
        errors: 'error: There is no entry abcdefgh.\n',
      });
    });
  });

  describe('explain', () => {
    const ask = async (identity: unknown) => {
      const path = testStores.path('request.json');
      await writeFile(path, JSON.stringify(identity));
      return (await testStore.json(`explain ${path}`, { now }))[0];
    };

    test('reports a stored request as fresh, with its key', async () => {
      const key = await put(testStore, 'the sea', { ago: 2 });
      expect(await ask(question('the sea'))).toMatchObject({ key, state: 'fresh' });
    });

    test('names the nearest entry and the fields in which it differs', async () => {
      const key = await put(testStore, 'the sea');
      await put(testStore, 'something else', { model: 'gpt-4o-mini' });
      const found = await ask(question('the sea', { temperature: 0.9 }));
      expect(found).toMatchObject({
        state: 'absent',
        nearest: { key, differing: ['temperature'] },
        searched: { entries: 2, ofProvider: 2 },
      });
    });

    test('names an entry of the same operation before one that differs in less', async () => {
      const chat = await put(testStore, 'the sea', { ago: 1 });
      const other = { ...question('the sea'), operation: 'completions' };
      await testStore.use((cache) => cache.set(other, 'b', { explain: true }), { now });
      const more = { temperature: 0.9, top_p: 0.5, seed: 1 };
      expect(await ask(question('the sea', more))).toMatchObject({ nearest: { key: chat } });
    });

    test('says what it searched where nothing is near', async () => {
      await put(testStore, 'the sea', { provider: 'other' });
      const input = JSON.stringify(question('the sea'));
      const { out } = await testStore.run('explain -', { input, now });
      expect(out).toContain('searched  all 1 entry of the scope, 0 of openai\n');
    });

    test('prints the same as text', async () => {
      await put(testStore, 'the sea', { ago: 2 });
      const input = JSON.stringify(question('the sea', { temperature: 0.9 }));
      expect((await testStore.run('explain -', { input, now })).out).toMatch(
        /differs in temperature/,
      );
      const known = JSON.stringify(question('the sea'));
      expect((await testStore.run('explain -', { input: known, now })).out).toMatch(
        /a hit, stored 2h ago/,
      );
    });

    test.each([
      ['{', 1, 'error: The text from stdin is not JSON.\n'],
      ['{"request":{}}', 2, expect.stringMatching(/^error: Write \{ "provider"/)],
    ])('refuses %s with the reason', async (input, code, errors) => {
      await put(testStore, 'the sea');
      expect(await testStore.run('explain -', { input })).toEqual({ code, out: '', errors });
    });
  });

  describe('diff', () => {
    test('names the fields in which two entries differ', async () => {
      const one = await put(testStore, 'the sea');
      const other = await put(testStore, 'the sky');
      const { out } = await testStore.run(`diff ${one} ${other}`);
      expect(out).toMatch(/Requests differ at:\n {2}messages\[0\]\.content/);
      expect(out).toMatch(/Answers differ at:\n {2}choices\[0\]\.message\.content/);
      expect(out).not.toContain('About');
    });

    test('finds no difference between an entry and itself', async () => {
      const key = await put(testStore, 'the sea');
      expect(await testStore.json(`diff ${key} ${key}`)).toEqual([
        { version: 1, facts: [], request: [], answer: [] },
      ]);
    });
  });

  describe('stats', () => {
    test('adds up the figures of all processes', async () => {
      await testStore.use(async (cache) => {
        await cache.get(question('the sea'));
        await cache.set(question('the sea'), { text: 'salty' });
        await cache.get(question('the sea'));
      });
      await testStore.use((cache) => cache.get(question('the sea')));
      const [stats] = await testStore.json('stats');
      expect(stats).toMatchObject({ requests: 3, hits: 2, misses: 1 });
      expect(stats.byModel).toMatchObject([{ provider: 'openai', model: 'gpt-4o', hits: 2 }]);
    });

    test('prints the hit rate, a row for each model and a bar for each day', async () => {
      await testStore.use(async (cache) => {
        await cache.set(question('the sea'), { text: 'salty' });
        await cache.get(question('the sea'));
      });
      const { out } = await testStore.run('stats');
      expect(out).toMatch(/hit rate +100\.0 %/);
      expect(out).toMatch(/openai\/gpt-4o +1 +1 +100\.0 %/);
      expect(out).toMatch(/\d{4}-\d\d-\d\d █+ 1\n█ hits/);
      expect((await testStore.run('stats --by provider')).out).toMatch(
        /^PROVIDER[\s\S]*openai +1 +1/,
      );
    });

    test('counts the entries and bytes of each provider, and says how full the store is', async () => {
      await put(testStore, 'the sea');
      await put(testStore, 'the sky');
      await put(testStore, 'the sea', { provider: 'mistral' });
      const listed = await testStore.json('list');
      const bytesOf = (provider: string) =>
        listed
          .filter((each) => each.provider === provider)
          .reduce((sum, { bytes }) => sum + bytes, 0);
      const byProvider = [
        { provider: 'openai', entries: 2, bytes: bytesOf('openai') },
        { provider: 'mistral', entries: 1, bytes: bytesOf('mistral') },
      ];
      const bytes = bytesOf('openai') + bytesOf('mistral');
      const [{ store, missRate, evictions }] = await testStore.json('stats', { now });
      expect(store).toMatchObject({ entries: 3, bytes, byProvider });
      expect(store.measuredAt).toBe(new Date(NOW).toISOString());
      expect(store.usedBytes).toBeGreaterThan(bytes);
      expect([missRate, evictions]).toEqual([0, 0]);
      const [grouped] = await testStore.json('stats --by provider');
      expect(grouped.store).toMatchObject({ entries: 3, byProvider });

      const { out } = await testStore.run('stats');
      expect(out).toMatch(/miss rate +0\.0 %/);
      expect(out).toMatch(/entries +3 in \d+(\.\d)? K?B\nspace used +\d/);
      expect(out).toMatch(/PROVIDER +ENTRIES +SIZE\nopenai +2 +\d/);
      const shown = await testStore.run('stats --by provider --size');
      expect(shown.out).toMatch(/\nmistral +1 +\d/);
    });

    test('counts what nobody can read as entries of no provider', async () => {
      await testStore.use((cache) => cache.set(question('the sea'), { text: 'salty' }), {
        secrets: ['a'.repeat(32)],
      });
      const [{ store }] = await testStore.json('stats');
      expect(store.byProvider).toEqual([{ entries: 1, bytes: store.bytes }]);
      expect((await testStore.run('stats')).out).toMatch(/\(not readable\) +1 +/);
    });

    test('--watch repeats until it is interrupted', async () => {
      await testStore.use((cache) => cache.get(question('the sea')));
      const controller = new AbortController();
      const watching = testStore.run('stats --watch --interval 1ms --json', {
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
