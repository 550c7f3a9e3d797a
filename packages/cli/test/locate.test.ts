import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLlmCache } from '@cached-llm/core';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { program } from './program.ts';
import { now, question } from './questions.ts';
import { KINDS, type Kind, TestStores } from './test-stores.ts';

let project: TemporaryFolder;
beforeEach(async () => {
  project = await temporaryFolder();
});
afterEach(() => project.remove());

async function fill(path: string, namespace = 'cached-llm'): Promise<void> {
  const store = `sqlite:${join(project.path, path)}`;
  const cache = createLlmCache({ store, namespace, now, storeTimeout: '30s' });
  await cache.set(question('the sea'), { choices: [] });
  await cache.close();
}

const list = (...argv: string[]) =>
  program(['list', '--json', ...argv], { folder: project.path, now });

describe('a store may be', () => {
  test.each(['./llm.db', 'llm.db', 'sqlite:./llm.db', 'sqlite:llm.db'])('%s', async (store) => {
    await fill('llm.db');
    expect(await list('--store', store)).toMatchObject({ code: 0, errors: '' });
  });

  test('a file that has any name, and a path in CACHED_LLM_STORE', async () => {
    await fill('answers');
    const environment = { CACHED_LLM_STORE: 'answers' };
    const { code, out } = await program(['ls'], { environment, folder: project.path, now });
    expect([code, out]).toEqual([0, expect.stringContaining('1 entry')]);
  });

  test('no word that is neither a file nor a URL', async () => {
    expect(await list('--store', 'answers')).toMatchObject({
      code: 2,
      errors: expect.stringContaining('which is not a store URL'),
    });
  });
});

describe('without --store', () => {
  test.each(['llm.db', '.cached-llm/answers.db', '.demo/llm.db'])(
    'the only database in the usual places is taken, and stderr says that it is ./%s',
    async (path) => {
      await mkdir(join(project.path, '.cached-llm'));
      await fill(path);
      expect(await list()).toMatchObject({
        code: 0,
        out: expect.stringContaining('"provider":"openai"'),
        errors: `The store is ./${path}, because no other one is named.\n`,
      });
    },
  );

  test('one of several databases has to be named', async () => {
    await fill('llm.db');
    await fill('.demo/llm.db');
    expect(await list()).toEqual({
      code: 2,
      out: '',
      errors:
        'error: Several databases are here: ./.demo/llm.db, ./llm.db. Name one, as in --store ./.demo/llm.db.\n',
    });
  });

  test('CACHED_LLM_STORE comes first', async () => {
    await fill('llm.db');
    const environment = { CACHED_LLM_STORE: 'sqlite:./other.db' };
    const printed = await program(['list'], { environment, folder: project.path });
    expect(printed.errors).toBe(`error: There is no file ${join(project.path, 'other.db')}.\n`);
  });

  test('the name of a file shows no hidden characters', async () => {
    await fill('.cached-llm/a\u001b[31m.db');
    expect((await list()).errors).not.toContain('\u001b');
  });
});

describe.each(KINDS)('the namespaces of %s', (kind: Kind) => {
  let stores: TestStores;
  beforeEach(async () => {
    stores = await TestStores.open();
    const { url: store } = stores.next(kind);
    for (const [namespace, names] of [
      ['demo', ['a', 'b']],
      ['shop: \u001b[31m', ['a']],
    ] as const) {
      const cache = createLlmCache({ store, namespace, now, storeTimeout: '30s' });
      for (const name of names) await cache.set(question(name), { choices: [] });
      await cache.get(question('a'));
      await cache.close();
    }
    here = (line, options = {}) =>
      program([...line.split(' '), '--store', store], { now, ...options });
  });
  afterEach(() => stores.close());
  let here: (line: string, options?: object) => ReturnType<typeof program>;

  const OTHERS =
    'No entries in namespace cached-llm. Others here: demo (2 entries), shop: \\u001b[31m (1 entry).';

  test('are named by list, stats and health where theirs has no entries', async () => {
    expect(await here('list')).toEqual({ code: 0, out: `${OTHERS}\n`, errors: '' });
    expect(await here('list --json')).toEqual({ code: 0, out: '', errors: `${OTHERS}\n` });
    expect(await here('stats')).toMatchObject({ code: 0, errors: `${OTHERS}\n` });
    const { code, out } = await here('health');
    expect([code, out]).toEqual([0, expect.stringContaining(OTHERS)]);
  });

  test('are not named where theirs has entries', async () => {
    for (const line of ['list', 'stats', 'health', 'list --model none']) {
      const { out, errors } = await here(`${line} --namespace demo`);
      expect(out + errors).not.toContain('Others here');
    }
    const { out } = await here('list --namespace demo --model none');
    expect(out).toBe('No entry in namespace demo meets these conditions.\n');
  });

  test('are listed by namespaces, the largest first', async () => {
    const { out } = await here('namespaces');
    expect(out).toMatch(
      /^NAMESPACE +ENTRIES +SIZE\ndemo +2 +\d+ B\nshop: \\u001b\[31m +1 +\d+ B\n$/,
    );
    const lines = (await here('namespaces --json')).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { namespace: 'demo', entries: 2 },
      { namespace: 'shop: \u001b[31m', entries: 1 },
    ]);
  });

  test('are each shown by list and stats with --all-namespaces', async () => {
    const listed = await here('list --all-namespaces');
    expect(listed.out).toMatch(/^Namespace demo\n[\s\S]*\n2 entries.*\n\nNamespace shop: \\u001b/);
    const lines = (await here('stats --all-namespaces --json')).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { namespace: 'demo', requests: 1, hits: 1 },
      { namespace: 'shop: \u001b[31m', requests: 1 },
    ]);
  });
});
