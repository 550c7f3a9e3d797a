import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line of the page on which the text starts, from 1. */
  readonly line: number;
  /** What stands in the comment `<!-- snippet: … -->` on the line above the block. */
  readonly marker: string | undefined;
  /** A heading stands between the block and the one before. */
  readonly startsSection: boolean;
}

export interface Page {
  /** From the root of the repository, for example `docs/streams.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

const FENCE = /^( *)```(\w*)/;
const MARKER = /^ *<!-- snippet: (.+) -->$/;

function blocksOf(page: string): Block[] {
  const lines = page.split('\n');
  const blocks: Block[] = [];
  let [startsSection, marker]: [boolean, string | undefined] = [true, undefined];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [fence, indent = '', language = ''] = FENCE.exec(line) ?? [];
    if (fence !== undefined) {
      const end = lines.indexOf(`${indent}\`\`\``, at + 1);
      const shown = lines.slice(at + 1, end).map((each) => `${each.slice(indent.length)}\n`);
      blocks.push({ language, text: shown.join(''), line: at + 2, marker, startsSection });
      [at, startsSection] = [end, false];
    }
    startsSection ||= line.startsWith('#');
    if (line.trim() !== '') marker = MARKER.exec(line)?.[1];
  }
  return blocks;
}

function pagesUnder(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const isInstalledOrBuilt = (name: string) => /^\.vitepress\b|\bnode_modules\b/.test(name);
  const pages = names.filter((name) => name.endsWith('.md') && !isInstalledOrBuilt(name));
  return pages.map((name) => join(folder, name)).sort();
}

const PACKAGES = readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name));
const PATHS = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...pagesUnder('docs'),
  ...PACKAGES.flatMap((folder) => [join(folder, 'README.md'), ...pagesUnder(`${folder}/docs`)]),
];

/** Every README, and every page of a `docs` folder. */
export const PAGES: readonly Page[] = PATHS.filter((path) => existsSync(join(ROOT, path))).map(
  (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, blocks: blocksOf(text) };
  },
);
