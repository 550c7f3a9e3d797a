import { basename } from 'node:path';
import { type Block, PAGES } from './page.ts';

/** A program that a page prints. */
export interface Snippet {
  /** Its page and line, for example `docs/streams.md:12`. */
  readonly place: string;
  readonly page: string;
  readonly line: number;
  readonly code: string;
  /** The name of its file, which its first line or the command below it says. */
  readonly file: string;
  /** The files of the page that it imports, by their names. */
  readonly others: ReadonlyMap<string, string>;
  /** What the page prints below it. */
  readonly shown: string;
  readonly treatment: Treatment;
}

/**
 * What a marker asks for. Every kind is compiled, except `printed`, which is a part of a file that is compiled and run elsewhere.
 * `until` ends a program after it has printed a text.
 */
type Treatment =
  | { readonly kind: 'run'; readonly until?: string; readonly compared: boolean }
  | { readonly kind: 'not run'; readonly reason: string }
  | { readonly kind: 'printed'; readonly from: string };

const EXTENSIONS: Readonly<Record<string, string>> = {
  ts: 'mts',
  mts: 'mts',
  tsx: 'tsx',
  js: 'mjs',
};
const NAMED = /^\/\/ ([\w./[\]()-]+\.[cm]?[jt]sx?)\b/;
const COMMAND = /^\$ .*?([\w.-]+\.[cm]?[jt]sx?)$/m;

function treatmentOf(place: string, marker: string | undefined): Treatment {
  if (marker === undefined) return { kind: 'run', compared: true };
  const [, reason] = /^not run, because (.{10,})$/.exec(marker) ?? [];
  if (reason !== undefined) return { kind: 'not run', reason };
  const [, from] = /^part of (\S+)$/.exec(marker) ?? [];
  if (from !== undefined) return { kind: 'printed', from };
  const [, until] = /^ends after it prints (.+)$/.exec(marker) ?? [];
  if (until !== undefined) return { kind: 'run', until, compared: false };
  if (/^output not compared, because .{10,}$/.test(marker)) return { kind: 'run', compared: false };
  throw new Error(
    `${place}: the marker "${marker}" is not known. See "Write a page" in CONTRIBUTING.md.`,
  );
}

/** The output of a program is the console or text block that follows it in the same section. */
function shownBelow(next: Block | undefined): string {
  if (next === undefined || next.startsSection) return '';
  const isOutput = next.language === 'text' || COMMAND.test(next.text);
  return isOutput && ['text', 'console'].includes(next.language) ? next.text : '';
}

interface Draft extends Omit<Snippet, 'others' | 'file'> {
  readonly name: string | undefined;
  readonly extension: string;
}

function draftsOf(page: string, blocks: readonly Block[]): Draft[] {
  return blocks.flatMap(({ language, text: code, line, marker }, index) => {
    const extension = EXTENSIONS[language];
    if (extension === undefined) return [];
    const shown = shownBelow(blocks[index + 1]);
    const place = `${page}:${line}`;
    const name = NAMED.exec(code)?.[1] ?? COMMAND.exec(shown)?.[1];
    const treatment = treatmentOf(place, marker);
    return [{ place, page, line, code, name, extension, shown, treatment }];
  });
}

/** The files of the page that a program imports, and those that these import. */
function importsOf(code: string, files: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  const follow = (text: string) => {
    for (const [name, other] of files) {
      if (found.has(name) || !new RegExp(`['"]\\.{1,2}/[^'"]*${basename(name)}['"]`).test(text))
        continue;
      found.set(name, other);
      follow(other);
    }
  };
  follow(code);
  return found;
}

function snippetsOf(page: string, blocks: readonly Block[]): Snippet[] {
  const drafts = draftsOf(page, blocks);
  const named = drafts.flatMap(({ code }): [string, string][] => {
    const name = NAMED.exec(code)?.[1];
    return name === undefined ? [] : [[name, code]];
  });
  return drafts.map(({ name, extension, ...draft }) => ({
    ...draft,
    file: name ?? `snippet.${extension}`,
    others: importsOf(draft.code, new Map(named)),
  }));
}

/** The programs of all pages. */
export const SNIPPETS: readonly Snippet[] = PAGES.flatMap(({ path, blocks }) =>
  snippetsOf(path, blocks),
);
