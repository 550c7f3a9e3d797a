// The links of the built site: every page, picture and anchor to which a page links is there.
// It never asks the network: links to other sites are not followed.
// Start reading in `checkSite`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const unescaped = (text) =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

const attributes = (html, name) =>
  [...html.matchAll(new RegExp(`<[a-z][^<>]*?\\s${name}="([^"]*)"`, 'g'))].map(([, value]) =>
    unescaped(value),
  );

function readPage(folder, file) {
  const html = readFileSync(join(folder, file), 'utf8');
  return {
    file,
    ids: new Set([...attributes(html, 'id'), ...attributes(html, 'name')]),
    links: new Set([...attributes(html, 'href'), ...attributes(html, 'src')]),
  };
}

/** What is wrong with one link of a page; undefined where nothing is. */
function faultOf(link, { page, base, folder, byFile }) {
  if (/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(link)) return undefined;
  const [path, hash = ''] = link.split('#');
  if (path.startsWith('/') && !path.startsWith(base)) return `is outside of ${base}`;
  const absolute = path.startsWith('/')
    ? path.slice(base.length)
    : posix.join(posix.dirname(page.file), decodeURI(path));
  const file = path === '' ? page.file : absolute.replace(/(^|\/)$/, '$1index.html');
  if (!existsSync(join(folder, file))) return 'names no page';
  const isThere = hash === '' || byFile.get(file)?.ids.has(decodeURIComponent(hash));
  return isThere ? undefined : 'names no anchor';
}

/** The links that lead nowhere, and how many pages and links there are. */
export function checkSite(folder, base) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html'));
  const read = files.map((file) => readPage(folder, file));
  const byFile = new Map(read.map((page) => [page.file, page]));
  const faults = read.flatMap((page) =>
    [...page.links].flatMap((link) => {
      const fault = faultOf(link, { page, base, folder, byFile });
      return fault === undefined ? [] : [`${page.file}: the link ${link} ${fault}`];
    }),
  );
  const links = read.reduce((sum, page) => sum + page.links.size, 0);
  return { faults, counts: { pages: read.length, links } };
}
