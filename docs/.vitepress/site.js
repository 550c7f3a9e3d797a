// Which file of the repository is which page of the site, and in which order.
// Nothing here may need an installed package, because a test reads it.
// Start reading in `pages`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SECTIONS } from './navigation.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const manifestOf = (folder) =>
  JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8'));

/** The folders of the packages: core first. */
const PACKAGES = readdirSync(join(ROOT, 'packages'))
  .filter((folder) => existsSync(join(ROOT, 'packages', folder, 'package.json')))
  .sort((a, b) => Number(b === 'core') - Number(a === 'core') || a.localeCompare(b));

const pagesIn = (folder) =>
  existsSync(join(ROOT, folder))
    ? readdirSync(join(ROOT, folder))
        .filter((name) => name.endsWith('.md'))
        .sort()
        .map((name) => `${folder}/${name}`)
    : [];

/** The sections of the sidebar, each with the files of its pages. */
export const sections = [
  ...SECTIONS.map(({ title, folder, pages = [] }) => ({
    title,
    files: folder === undefined ? pages : pagesIn(folder),
  })),
  {
    title: 'Packages',
    files: PACKAGES.map((folder) => `packages/${folder}/README.md`).filter((file) =>
      existsSync(join(ROOT, file)),
    ),
  },
].filter(({ files }) => files.length > 0);

/** The path of a page on the site, without its ending: `packages/openai` for `packages/openai/README.md`. */
const pathOf = (file) =>
  file === 'README.md'
    ? 'index'
    : file
        .replace(/^docs\//, '')
        .replace('/docs/', '-')
        .replace(/\/README\.md$/, '')
        .replace(/\.md$/, '')
        .replace(/^[A-Z]+$/, (name) => name.toLowerCase());

/** Each file that is a page, with the page's path. */
export const pages = new Map(
  sections.flatMap(({ files }) => files).map((file) => [file, pathOf(file)]),
);

/** The first heading of a file. */
export function titleOf(file) {
  const [, title = basename(file)] = /^# (.+)$/m.exec(readFileSync(join(ROOT, file), 'utf8')) ?? [];
  return title.replaceAll('`', '');
}

/** What users import: each entry of each public package, with its page of the reference and the source of its exports. */
export const entries = PACKAGES.flatMap((folder) => {
  const { name, private: isPrivate = false, exports = {} } = manifestOf(folder);
  const sources = Object.entries(exports).filter(([, entry]) => entry['@cached-llm/source']);
  return isPrivate
    ? []
    : sources.map(([entry, { '@cached-llm/source': source }]) => ({
        name: name + entry.slice(1),
        page: folder + entry.slice(1).replaceAll('/', '-'),
        source: join('packages', folder, source),
      }));
});
