import { describe, expect, test } from '@jest/globals';
import { VERBS } from '../src/commands/index.ts';
import { program } from './program.ts';

const VERB_NAMES = VERBS.map(({ name }) => name);

describe('help', () => {
  test('names every verb', async () => {
    const { code, out, errors } = await program(['--help']);
    expect([code, errors]).toEqual([0, '']);
    expect(out).toMatchSnapshot();
  });

  test.each(VERB_NAMES)('of %s says all that it takes', async (name) => {
    const { code, out, errors } = await program([name, '--help']);
    expect([code, errors]).toEqual([0, '']);
    expect(out).toMatchSnapshot();
  });

  test.each([[], ...VERB_NAMES.map((name) => [name])])(
    'of %s fits 80 columns',
    async (...words) => {
      const { out } = await program([...words, '--help']);
      expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    },
  );

  test('is what the program says where no verb is named', async () => {
    const { code, out, errors } = await program([]);
    expect([code, out]).toEqual([2, '']);
    expect(errors).toMatch(/^Usage: cached-llm/);
  });

  test('--version prints the version', async () => {
    expect(await program(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('what is not understood', () => {
  test.each([
    [['lst'], "error: unknown command 'lst'\n(Did you mean list?)\n"],
    [['list', '--modle', 'x'], "error: unknown option '--modle'\n(Did you mean --model?)\n"],
    [['list', '--stor', 'x'], "error: unknown option '--stor'\n(Did you mean --store?)\n"],
    [['show'], "error: missing required argument 'key'\n"],
    [
      ['list', '--limit', 'many'],
      'error: --limit "many" is not understood. Write a whole number above zero.\n',
    ],
    [['list', '--state', 'old'], /^error: --state "old" is not understood\. Write fresh, stale/],
    [
      ['list', '--larger-than', '5zb'],
      /^error: --larger-than "5zb" is not understood\. Write 500kb/,
    ],
    [['health', '--min-hit-rate', '200%'], /^error: --min-hit-rate "200%" is not understood/],
    [['list', '--older-than', '3600'], /^error: --older-than is "3600", which is no duration/],
    [['warm', 'x', '--header', 'token abc'], "error: A header is written 'name: value'.\n"],
    [['list'], /^error: No store is named\. Write --store sqlite:\.\/llm\.db/],
    [['list', '--store', 'memory:', '--namespace', ''], /^error: namespace is ""/],
  ])('%j: what to write instead, and exit 2', async (argv, errors) => {
    const said = typeof errors === 'string' ? errors : expect.stringMatching(errors);
    expect(await program(argv)).toEqual({ code: 2, out: '', errors: said });
  });
});

describe('colours', () => {
  const ESCAPE = '\u001b[';
  const argv = ['config'];

  test.each([
    ['on a terminal', {}, true, true],
    ['off a terminal', {}, false, false],
    ['on a terminal with NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['on a dumb terminal', { TERM: 'dumb' }, true, false],
  ])('%s', async (_where, environment, isTerminal, expected) => {
    const { out } = await program(argv, { environment, isTerminal });
    expect(out.includes(ESCAPE)).toBe(expected);
  });
});
