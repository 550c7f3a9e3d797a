import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './page.ts';
import type { Snippet } from './snippet.ts';

/** Beside the examples, so that a program finds the packages that it imports. Git ignores it. */
const PLACE = join(ROOT, 'examples', '.snippets');

/** A folder with a folder for each snippet, which is removed at the end. */
export class SnippetProject {
  readonly #path: string;

  constructor() {
    mkdirSync(PLACE, { recursive: true });
    this.#path = mkdtempSync(join(PLACE, 'run-'));
  }

  folderOf({ place }: Snippet): string {
    return join(this.#path, place.replaceAll(/[^\w]+/g, '-'));
  }

  /** Writes a snippet as a person does who pastes it, with the files that it imports. */
  write(snippet: Snippet): string {
    const folder = this.folderOf(snippet);
    const files = [...snippet.others, [snippet.file, snippet.code] as const];
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    return folder;
  }

  /** Compiles all snippets in one run, and returns what the compiler says, with places in the pages. */
  async compile(snippets: readonly Snippet[]): Promise<string[]> {
    const folders = new Map(snippets.map((snippet) => [this.write(snippet), snippet]));
    const config = {
      extends: join(ROOT, '.config/tsconfig.test.json'),
      compilerOptions: { allowJs: true, jsx: 'preserve', erasableSyntaxOnly: false },
      files: [...folders].map(([folder, { file }]) => join(folder, file)),
    };
    const path = join(this.#path, 'tsconfig.json');
    writeFileSync(path, JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const words = [tsc, '-p', path, '--pretty', 'false'];
    const run = promisify(execFile)(process.execPath, words, { cwd: '/' });
    const said = await run.then(
      ({ stdout }) => stdout,
      (error: { stdout: string }) => error.stdout,
    );
    return said.split('\n').flatMap((line) => this.#inPages(line, folders));
  }

  #inPages(said: string, folders: ReadonlyMap<string, Snippet>): string[] {
    const [, path = '', line = '', rest] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(said) ?? [];
    if (rest === undefined) return said.startsWith('error') ? [said] : [];
    const [, snippet] = [...folders].find(([folder]) => `/${path}`.includes(`${folder}/`)) ?? [];
    if (snippet === undefined) return [said];
    return [`${snippet.page}:${snippet.line + Number(line) - 1}: ${rest}`];
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}
