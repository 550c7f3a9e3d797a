import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { COMMANDS } from '../src/commands/index.ts';
import { EXIT } from '../src/terminal/index.ts';
import { program } from './program.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Options of `npm install`. */
const OF_NPM = ['--global', '--ignore-scripts'];

/** `mcp` speaks to a program, and prints nothing to people. */
const printing = COMMANDS.map(({ name }) => name).filter((name) => name !== 'mcp');

test.each(printing)('the README shows what %s prints', (name) => {
  expect(README).toMatch(new RegExp(`\\n\\$ cached-llm ${name}\\b[^\\n]*\\n[^$\`]`));
});

test('the README names every exit code', () => {
  const named = [...README.matchAll(/^\| (\d+) /gm)].map(([, code]) => Number(code));
  expect(named).toEqual(Object.values(EXIT));
});

test('every option that the README names belongs to a command', async () => {
  const named = new Set([...README.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option));
  const helps = await Promise.all(COMMANDS.map(({ name }) => program([name, '--help'])));
  const known = helps.map(({ out }) => out).join('\n');
  const unknown = [...named].filter(
    (option) => !OF_NPM.includes(option) && !known.includes(`${option} `),
  );
  expect(unknown).toEqual([]);
});

test('the output in the README fits 80 columns', () => {
  const shown = [...README.matchAll(/```console\n(.*?)```/gs)].flatMap(([, text = '']) =>
    text.split('\n'),
  );
  expect(
    shown.filter((line) => line.length > 80 && !line.startsWith('$') && !line.startsWith('error:')),
  ).toEqual([]);
});
