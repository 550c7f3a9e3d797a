// Builds the site of the documentation into docs/.vitepress/dist, without a network.
// It never writes a page into the repository's own folders: pages are gathered in docs/.vitepress/pages, which git ignores.
// Start reading at the first step.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { checkSite } from './check-site.js';
import { brokenLinks, fileOf, linksIn } from './links.js';
import { writeReference } from './reference.js';
import { pages, ROOT } from './site.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const gathered = join(here, 'pages');

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Copies a file as a page, and the pictures that it shows. */
function gather(file, page) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  write(join(gathered, `${page}.md`), `---\nsource: ${file}\n---\n\n${text}`);
  for (const { target } of linksIn(text)) {
    const picture = /\.(svg|png)$/.test(target) ? fileOf(target, file) : undefined;
    if (picture === undefined) continue;
    const copy = join(gathered, 'public', picture.path);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(ROOT, picture.path), copy);
  }
}

const broken = brokenLinks(ROOT, [...pages.keys()]);
if (broken.length > 0) {
  console.error(broken.join('\n'));
  process.exit(1);
}

rmSync(gathered, { recursive: true, force: true });
for (const [file, page] of pages) gather(file, page);
await writeReference(join(gathered, 'reference'));
await build(join(here, '..'));
const { faults, counts } = checkSite(join(here, 'dist'), process.env.DOCS_BASE ?? '/');
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
} else {
  console.log(`${counts.pages} pages with ${counts.links} links between them: none leads nowhere`);
}
