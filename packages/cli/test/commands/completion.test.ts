import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { program } from '../program.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const inWords = (line: string) =>
  line
    .split(' ')
    .map((word) => `'${word}'`)
    .join(' ');

/** How each shell is asked, without a person, what it offers for a line. The script is at `$1`. */
const ASK: Readonly<Record<string, (line: string) => readonly string[]>> = {
  bash: (line) => [
    '-c',
    `source "$1"; COMP_WORDS=(${inWords(line)}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _cached_llm; printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
  ],
  // Its own completion runs only in a terminal, so that what it would offer is printed instead.
  zsh: (line) => [
    '-f',
    '-c',
    `compdef() { :; }; compadd() { shift; print -rl -- "$@"; }; _files() { :; }; source "$1"; words=(${inWords(line)}); CURRENT=$#words; _cached_llm`,
    'zsh',
  ],
  fish: (line) => ['-N', '-c', `source $argv[1]; complete -C '${line}'`],
};

const isInstalled = (shell: string) => spawnSync(shell, ['-c', ':']).error === undefined;
const installed = Object.keys(ASK).filter(isInstalled);

test('bash is there to be asked', () => {
  expect(installed).toContain('bash');
});

describe.each(installed)('%s completes', (shell) => {
  async function offered(line: string): Promise<readonly string[]> {
    const path = join(folder.path, shell);
    await writeFile(path, (await program(['completion', shell])).out);
    const asked = spawnSync(shell, [...(ASK[shell]?.(line) ?? []), path], { encoding: 'utf8' });
    expect(asked.stderr).toBe('');
    return asked.stdout.split('\n').map((each) => each.split('\t')[0] ?? '');
  }

  test('verbs and their aliases', async () => {
    const verbs = await offered('cached-llm ');
    expect(verbs).toEqual(expect.arrayContaining(['stats', 'list', 'ls', 'get', 'completion']));
  });

  test('the options of a verb, with those of every verb, and no others', async () => {
    const options = await offered('cached-llm ls --');
    expect(options).toEqual(
      expect.arrayContaining(['--older-than', '--all-namespaces', '--store']),
    );
    expect(options).not.toContain('--reveal');
  });

  test('the words that an option takes', async () => {
    expect(await offered('cached-llm stats --by ')).toEqual(
      expect.arrayContaining(['model', 'provider', 'day']),
    );
  });
});
