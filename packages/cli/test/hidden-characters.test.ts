import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { now, put, question } from './questions.ts';
import { type TestStore, TestStores } from './test-stores.ts';

/** What a model, a provider or a tag may hold to move the cursor, to colour, to hide, or to add a line. */
const HOSTILE =
  '\x1b]0;title\x07\x1b[8m\x1b[2J\x9b31m\r\nFORGED\u202e\u2066\u2028\u2029\x08\x7f\u200b\u{e0041}\ud800';
const HIDDEN = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u;
/** Styles, and what a progress bar needs: none of it stands in HOSTILE. */
const OWN = new RegExp(`${'\u001b'}(\\[(?!8m|2J)[\\d;?]*[A-Za-z]|[78])`, 'g');

let testStores: TestStores;
let testStore: TestStore;
let keys: readonly [string, string];
let file: string;

beforeAll(async () => {
  testStores = await TestStores.open();
  testStore = testStores.next('SQLite');
  const options = {
    model: `m${HOSTILE}`,
    provider: `p${HOSTILE}`,
    tags: [`t${HOSTILE}`],
    scope: `s${HOSTILE}`,
  };
  keys = [await put(testStore, `a${HOSTILE}`, options), await put(testStore, '世界')];
  await testStore.use(async (cache) => {
    const identity = { provider: `q${HOSTILE}`, request: { prompt: 'text' } };
    await cache.set(identity, `line one${HOSTILE}\nline two`);
    await cache.get(identity);
    await cache.get({ ...identity, request: { prompt: 'other' } });
  });
  file = testStores.path('request.json');
  await writeFile(file, JSON.stringify({ ...question('世界'), provider: `p${HOSTILE}` }));
});
afterAll(() => testStores.close());

const commands = (): readonly string[] => [
  'list',
  'stats',
  'stats --by model',
  'stats --by provider',
  'verify',
  'health',
  'export',
  `diff ${keys.join(' ')}`,
  `explain ${file}`,
  ...keys.flatMap((key) => [`show ${key}`, `show ${key} --reveal`]),
  `show ${'x'.repeat(10)}${HOSTILE.replaceAll(' ', '')}`,
  `prune --dry-run`,
];

test.each([[false], [true]])(
  'no command writes a hidden character that is not its own, nor a line that it did not begin: on a terminal %s',
  async (isTerminal) => {
    const printed = await Promise.all(
      commands()
        .flatMap((line) => [line, `${line} --json`])
        .map(async (line) => {
          const { out, errors } = await testStore.run(line, { now, isTerminal });
          const text = `${out}${errors}`.replaceAll(OWN, '');
          return {
            line,
            isClean: !HIDDEN.test(text) && !/^\W*FORGED/m.test(text),
            isSaid: text !== '',
          };
        }),
    );
    expect(printed.filter(({ isClean, isSaid }) => !isClean || !isSaid)).toEqual([]);
  },
);

test('JSON is exact', async () => {
  const [shown] = await testStore.json(`show ${keys[0]} --reveal`);
  expect(shown).toMatchObject({
    model: `m${HOSTILE}`,
    provider: `p${HOSTILE}`,
    scope: `s${HOSTILE}`,
  });
  const listed = await testStore.json('list');
  expect(listed.map(({ provider }) => provider).sort()).toEqual(
    ['openai', `p${HOSTILE}`, `q${HOSTILE}`].sort(),
  );
});

test('what is hidden is shown escaped, and the lines of an answer are indented', async () => {
  const { out: model } = await testStore.run(`show ${keys[0]}`);
  expect(model).toContain(
    String.raw`m\u001b]0;title\u0007\u001b[8m\u001b[2J\u009b31m\r\nFORGED\u202e`,
  );
  const found = await testStore.json('list');
  const text = found.find(({ provider }) => provider === `q${HOSTILE}`);
  const { out: answer } = await testStore.run(`show ${text?.key} --reveal`);
  expect(answer).toContain(String.raw`
  line one\u001b]0;title\u0007`);
  expect(answer).toContain('\n  FORGED');
  expect(answer).toContain('\n  line two');
});

test('a column holds wide characters and cuts them by the columns that they take', async () => {
  const store = testStores.next('SQLite');
  await put(store, 'wide', { model: '世界'.repeat(9), provider: '😀é' });
  await put(store, 'narrow', { model: 'x'.repeat(36), provider: 'p' });
  const { out } = await store.run('list', { now });
  expect(out).toContain(`😀é        ${'世界'.repeat(5)}…  fresh`);
  expect(out).toContain(`p          ${'x'.repeat(20)}…  fresh`);
});
