import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../src/commands/index.ts';
import { program } from './program.ts';

const NAMES = COMMANDS.map(({ name }) => name);

describe('help', () => {
  test('names every command', async () => {
    const { code, out, errors } = await program(['--help']);
    expect([code, errors]).toEqual([0, '']);
    expect(out).toMatchSnapshot();
  });

  test.each(NAMES)('of %s shows its options', async (name) => {
    const { code, out, errors } = await program([name, '--help']);
    expect([code, errors]).toEqual([0, '']);
    expect(out).toMatchSnapshot();
  });

  test.each([[], ...NAMES.map((name) => [name])])('of %s fits 80 columns', async (...words) => {
    const { out } = await program([...words, '--help']);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('is printed to stderr where no command is named', async () => {
    const { code, out, errors } = await program([]);
    expect([code, out]).toEqual([2, '']);
    expect(errors).toMatch(/^Usage: cached-llm/);
  });

  test.each(['-h', 'help'])('%s is --help', async (word) => {
    expect(await program([word])).toEqual(await program(['--help']));
  });

  test.each([
    ['help list', 'list --help'],
    ['help ls', 'list --help'],
    ['ls -h', 'list --help'],
    ['get -h', 'show --help'],
  ])('%s is %s', async (line, same) => {
    expect(await program(line.split(' '))).toEqual(await program(same.split(' ')));
  });

  test.each(['-v', '--version'])('%s prints the version', async (word) => {
    expect(await program([word])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('a wrong command line', () => {
  test.each([
    [['lst'], 'error: There is no command lst. Did you mean one of list, ls?\n'],
    [['list', '--modle', 'x'], 'error: There is no option --modle. Did you mean --model?\n'],
    [['list', '--stor', 'x'], 'error: There is no option --stor. Did you mean --store?\n'],
    [
      ['show'],
      'error: The argument <key> is missing. Run cached-llm --help to see what there is.\n',
    ],
    [['list', '--limit'], /^error: --limit needs a value: --limit <count>\. Run/],
    [['list', 'all'], /^error: The command list takes no arguments, but got 1\. Run/],
    [['help', 'lst'], 'error: There is no command lst. Did you mean one of list, ls?\n'],
    [['completion', 'tcsh'], 'error: There is no completion for tcsh. Write bash, zsh or fish.\n'],
    [
      ['list', '--limit', 'many'],
      'error: --limit cannot be "many". Write a whole number above zero.\n',
    ],
    [['list', '--state', 'old'], /^error: --state cannot be "old"\. Write one of fresh, stale/],
    [
      ['list', '--larger-than', '5zb'],
      /^error: --larger-than cannot be "5zb"\. Write a size such as 500kb/,
    ],
    [
      ['health', '--min-hit-rate', '200%'],
      /^error: --min-hit-rate cannot be "200%"\. Write a share such as/,
    ],
    [
      ['list', '--older-than', '3600'],
      /^error: --older-than is 3600, which has no unit\. Write 3600s for seconds/,
    ],
    [['warm', 'x', '--header', 'token abc'], "error: Write --header as 'name: value'.\n"],
    [['list'], /^error: No store is named\. Write --store \.\/llm\.db/],
    [['list', '--store', 'memory:', '--namespace', ''], /^error: namespace is ""/],
  ])('%j ends with 2 and with what to write instead', async (argv, errors) => {
    const printed = typeof errors === 'string' ? errors : expect.stringMatching(errors);
    expect(await program(argv)).toEqual({ code: 2, out: '', errors: printed });
  });
});

describe('colours are used', () => {
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
