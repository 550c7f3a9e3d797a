import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { VERBS } from '../src/commands/index.ts';
import { EXIT } from '../src/terminal/exit.ts';
import { program } from './program.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test.each(VERBS.map(({ name }) => name))('the README shows what %s says', (name) => {
  expect(README).toMatch(new RegExp(`\\n\\$ cached-llm ${name}\\b[^\\n]*\\n[^$\`]`));
});

test('the README names every exit code', () => {
  const named = [...README.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
  expect(named).toEqual(Object.values(EXIT));
});

test('every flag that the README names is understood by a verb', async () => {
  const named = new Set([...README.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag));
  const helps = await Promise.all(VERBS.map(({ name }) => program([name, '--help'])));
  const known = helps.map(({ out }) => out).join('\n');
  const unknown = [...named].filter((flag) => flag !== '--global' && !known.includes(`${flag} `));
  expect(unknown).toEqual([]);
});

test('what the README shows fits 80 columns', () => {
  const shown = [...README.matchAll(/```console\n(.*?)```/gs)].flatMap(([, text = '']) =>
    text.split('\n'),
  );
  expect(
    shown.filter((line) => line.length > 80 && !line.startsWith('$') && !line.startsWith('error:')),
  ).toEqual([]);
});
