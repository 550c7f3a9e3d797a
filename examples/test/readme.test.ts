import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, test } from '@jest/globals';
// The parser of the program is no part of its public interface.
import { parse } from '../../packages/cli/src/command-line/index.ts';
import { COMMANDS } from '../../packages/cli/src/commands/index.ts';
import {
  commandsIn,
  installedBy,
  PAGES,
  packagesIn,
  programOf,
  ROOT,
  SNIPPETS,
  SnippetProject,
  storesIn,
} from './pages/index.ts';

const project = new SnippetProject();
afterAll(() => project.remove());

const printed = SNIPPETS.filter(({ treatment }) => treatment.kind === 'printed');
const programs = SNIPPETS.filter(({ treatment }) => treatment.kind !== 'printed');

/** What the parser of `cached-llm` says against a command line, if anything. */
function usageError(words: readonly string[]): string | undefined {
  const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const place = { environment: {}, folder: ROOT, now: Date.now };
  const host = { stdout, stderr, stdin, ...place, signal: new AbortController().signal };
  const parsed = parse(words, host, COMMANDS);
  return parsed === 2 ? String(stderr.read() ?? 'It names no command.') : undefined;
}

test('every program of a page compiles as it is printed', async () => {
  expect(await project.compile(programs)).toEqual([]);
  process.stdout.write(
    `Snippets: ${SNIPPETS.length}. Compiled: ${programs.length}. Parts of other files: ${printed.length}.\n`,
  );
});

test('a program that is a part of a file is printed as it is there', () => {
  const foreign = SNIPPETS.filter(
    ({ treatment, code }) =>
      treatment.kind === 'printed' && !textOf(treatment.from).includes(code.trim()),
  );
  expect(foreign.map(({ place }) => place)).toEqual([]);
});

const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const isReadme = (path: string) => path.endsWith('README.md');

describe.each(PAGES.map((page) => [page.path, page] as const))('%s', (path, page) => {
  test('prints JSON that parses', () => {
    const wrong = page.blocks.filter(({ language, text }) => language === 'json' && !isJson(text));
    expect(wrong.map(({ line }) => `${path}:${line}`)).toEqual([]);
  });

  test('prints commands that cached-llm understands', () => {
    const commands = page.blocks.flatMap(commandsIn).map((line) => ({ line, ...programOf(line) }));
    const errors = commands
      .filter(({ program }) => program === 'cached-llm')
      .flatMap(({ line, words }) => {
        const said = usageError(words);
        return said === undefined ? [] : [`${line}: ${said}`];
      });
    expect(errors).toEqual([]);
  });

  test('names in its install commands what its programs import', () => {
    const installed = installedBy(page);
    const imported = programs
      .filter((snippet) => snippet.page === path)
      .flatMap(({ code }) => [...packagesIn(code), ...storesIn(code)]);
    const missing = imported.filter((name) => !installed.has(name));
    expect([...new Set(missing)]).toEqual([]);
  });

  test('links to files that exist', () => {
    const links = [...page.text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, link = '']) => link,
    );
    const missing = links.filter((link) => !existsSync(join(ROOT, dirname(path), link)));
    expect(missing).toEqual([]);
  });
});

test.each(
  PAGES.filter(({ path }) => isReadme(path)).map(({ path, text }) => [path, text] as const),
)('%s shows its first code within 25 lines', (_path, text) => {
  const first = text.split('\n').findIndex((line) => line.startsWith('```'));
  expect(first).toBeLessThan(25);
});
