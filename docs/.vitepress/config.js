// The site: its theme, its navigation, and where the links of its pages lead.
// It never has words of its own: every page is a file of the repository, or comes from a docstring.
// Start reading in `site.js`, which says what the pages are.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { fileOf, REPOSITORY, slugify } from './links.js';
import { entries, pages, ROOT, sections, titleOf } from './site.js';

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3451b2"/><path d="M21 11a7 7 0 1 0 0 10" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round"/></svg>',
)}`;

const sourceOf = new Map([...pages].map(([file, page]) => [`${page}.md`, file]));

/** The page of a file or of a folder with a README.md, a picture's copy, or else the file on GitHub. */
function addressOf({ path, hash }) {
  const anchor = hash === '' ? '' : `#${hash}`;
  const page = pages.get(path) ?? pages.get(join(path, 'README.md'));
  if (page !== undefined) return `/${page}.md${anchor}`;
  if (/\.(svg|png)$/.test(path)) return `/${path}`;
  const isFolder = existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isDirectory();
  return `${REPOSITORY}/${isFolder ? 'tree' : 'blob'}/main/${path}${anchor}`;
}

/** Links of a file lead from where it is in the repository; on the site it is elsewhere. */
function linksFromTheRepository(markdown) {
  markdown.core.ruler.push('links-from-the-repository', ({ tokens, env }) => {
    const from = sourceOf.get(env.relativePath);
    if (from === undefined) return;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const name = { link_open: 'href', image: 'src' }[token.type];
      const file = name && fileOf(token.attrGet(name), from);
      const isHere = file?.path === from && name === 'href';
      if (file) token.attrSet(name, isHere ? `#${file.hash}` : addressOf(file));
    }
  });
}

const itemsOf = (files) =>
  files.map((file) => ({
    text: file === 'README.md' ? 'Overview' : titleOf(file),
    link: `/${pages.get(file)}`,
  }));

const sidebar = [
  ...sections.map(({ title, files }) => ({
    text: title,
    collapsed: ['Recipes', 'Migrating', 'Packages'].includes(title),
    items: itemsOf(files),
  })),
  {
    text: 'Reference',
    collapsed: true,
    items: entries.map(({ name, page }) => ({ text: name, link: `/reference/${page}` })),
  },
];

export default defineConfig({
  title: 'cached-llm',
  description: 'A repeated LLM call is free and instant, and its answer is never wrong.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: ICON }]],
  base: process.env.DOCS_BASE ?? '/',
  srcDir: '.vitepress/pages',
  cacheDir: '.vitepress/node_modules/.cache',
  vite: { build: { chunkSizeWarningLimit: 2000 } }, // the index of the search and the themes of code are large
  markdown: { config: linksFromTheRepository, anchor: { slugify } },
  themeConfig: {
    nav: [
      { text: 'Packages', link: '/packages/core', activeMatch: '/packages/' },
      { text: 'Reference', link: '/reference/', activeMatch: '/reference/' },
    ],
    sidebar,
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        // What a guide says of a word is above what the reference says of it. This, too, is sent to the browser as text.
        miniSearch: {
          searchOptions: {
            fuzzy: 0.1,
            boost: { title: 16, text: 2, titles: 1 },
            boostDocument: (id) => {
              if (id.includes('/guides/')) return 1.5;
              return /\/(reference\/|architecture|changelog|contributing)/.test(id) ? 0.3 : 1;
            },
          },
        },
      },
    },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    editLink: {
      text: 'Edit this page',
      // VitePress sends this function to the browser as text: it can use nothing outside of itself.
      pattern: ({ frontmatter }) =>
        `https://github.com/cached-llm/cached-llm/edit/main/${frontmatter.source}`,
    },
  },
});
