import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { FOLDERS, ROOT } from './sources.ts';

const SITE = join(ROOT, 'docs/.vitepress');
const load = (name: string) => import(pathToFileURL(join(SITE, name)).href);

/** The Markdown files below a folder, without those that are built or installed. */
function documentsIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isSource = !['.vitepress', 'node_modules', 'dist'].includes(entry.name);
    if (entry.isDirectory()) return isSource && folder !== '' ? documentsIn(path) : [];
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const documents = [
  ...documentsIn(''),
  ...documentsIn('docs'),
  ...FOLDERS.flatMap((folder) => documentsIn(`packages/${folder}`)),
].filter((document) => !document.endsWith('.api.md'));

describe('the documents', () => {
  let brokenLinks: (root: string, files: readonly string[]) => string[];
  let anchorsIn: (text: string) => Set<string>;
  let linksIn: (text: string) => { target: string; line: number }[];
  beforeAll(async () => {
    ({ brokenLinks, anchorsIn, linksIn } = await load('links.js'));
  });

  test('link to files and headings that exist', () => {
    expect(documents.length).toBeGreaterThan(20);
    expect(brokenLinks(ROOT, documents)).toEqual([]);
  });

  test('link from the README of a package into the package, or to an https address', () => {
    const readmes = documents.filter((path) => /^packages\/(?!benchmarks)[^/]+\/README/.test(path));
    const outside = readmes.flatMap((path) => {
      const links = linksIn(readFileSync(join(ROOT, path), 'utf8'));
      return links
        .filter(({ target }) => target.startsWith('..') || target.startsWith('http:'))
        .map(({ target, line }) => `${path}:${line}: ${target}`);
    });
    // On the page of the package, such a link leads nowhere: write https://github.com/cached-llm/cached-llm/blob/main/…
    expect(outside).toEqual([]);
  });

  test('have the anchors that GitHub gives them', () => {
    const text =
      '# A `b_c`, d!\n\n## Twice\n\n```sh\n# no heading\n```\n\n## Twice\n\n<a id="own"></a>\n';
    expect([...anchorsIn(text)]).toEqual(['a-b_c-d', 'twice', 'twice-1', 'own']);
  });

  test('have links in text, and none in code or comments', () => {
    const text = [
      '[`a`](a.md#b) ![c](c.svg "title")',
      '`[d](d.md)` <!-- [e](e.md) --> <a href="f.md">f</a>',
      '```md\n[g](g.md)\n```',
      '[h]: h.md',
    ].join('\n');
    const found = linksIn(text).map(({ target, line }) => `${line} ${target}`);
    expect(found.sort()).toEqual(['1 a.md#b', '1 c.svg', '2 f.md', '6 h.md']);
  });

  test('are on the site, if they are in docs/ or are the README.md of a package', async () => {
    const { pages }: { pages: Map<string, string> } = await load('site.js');
    const expected = documents.filter((path) =>
      /^docs\/|^packages\/[^/]+\/(docs|README)/.test(path),
    );
    // A page that is missing here is added to docs/.vitepress/navigation.js.
    expect(expected.filter((path) => !pages.has(path))).toEqual([]);
    expect([...pages.keys()].filter((path) => !documents.includes(path))).toEqual([]);
    expect(new Set(pages.values()).size).toBe(pages.size);
  });

  test('are named once in the navigation', async () => {
    const { sections }: { sections: { files: string[] }[] } = await load('site.js');
    const files = sections.flatMap((section) => section.files);
    expect(files.filter((file, index) => files.indexOf(file) !== index)).toEqual([]);
  });
});
