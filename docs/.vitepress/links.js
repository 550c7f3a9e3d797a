// The links and the anchors of Markdown, as GitHub reads them.
// Nothing here may need an installed package, because tests and the check of the packed packages use it.
// Start reading in `brokenLinks`.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const REPOSITORY = 'https://github.com/cached-llm/cached-llm';

const blank = (text) => text.replaceAll(/[^\n]/g, ' ');

/** The text with spaces in the place of blocks of code and comments, so that its lines keep their numbers. */
const withoutBlocks = (text) =>
  text
    .replaceAll(/^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^ *\2[`~]* *$/gm, blank)
    .replaceAll(/<!--[\s\S]*?-->/g, blank);

const withoutCode = (text) => withoutBlocks(text).replaceAll(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, blank);

const LINKS = [
  /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g, // [text](target), and images
  /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm, // [name]: target
  /<(?:a|img)\b[^>]*?\s(?:href|src)="([^"]+)"/g,
];

/** Each link of a text, with its line. */
export function linksIn(text) {
  const plain = withoutCode(text);
  return LINKS.flatMap((form) => [...plain.matchAll(form)]).map(({ 1: target, index }) => ({
    target,
    line: plain.slice(0, index).split('\n').length,
  }));
}

/** The anchor of a heading: what GitHub makes of it. */
export const slugify = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');

const spoken = (heading) =>
  heading
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\*+/g, '');

/** The anchors of a text: its headings, a repeated one with a number, and the ids that it names itself. */
export function anchorsIn(text) {
  const plain = withoutBlocks(text);
  const anchors = new Set();
  for (const [, heading] of plain.matchAll(/^ {0,3}#{1,6} +(.+?)(?: +#+)? *$/gm)) {
    const slug = slugify(spoken(heading));
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  for (const [, id] of plain.matchAll(/<[a-z][^>]*?\s(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** The file to which a link points, from the root of the repository; undefined for a link to another place. */
export function fileOf(target, from) {
  const own = new RegExp(`^${REPOSITORY}/(?:blob|tree|raw)/main/`);
  if (!own.test(target) && /^(?:[a-z][a-z+.-]*:|\/\/)/i.test(target)) return undefined;
  const [path = '', hash = ''] = target.split('#');
  if (own.test(target)) return { path: join('.', decodeURI(path.replace(own, ''))), hash };
  return { path: path === '' ? from : join(dirname(from), decodeURI(path)), hash };
}

/** What is wrong with a link to a file of the repository: undefined where nothing is. */
function faultOf(root, { path, hash }) {
  const file = join(root, path);
  if (path.startsWith('..')) return 'leaves the repository';
  if (!existsSync(file)) return 'names no file';
  if (hash === '' || /^L\d+/.test(hash)) return undefined;
  const page = statSync(file).isDirectory() ? join(file, 'README.md') : file;
  const anchors = existsSync(page) ? anchorsIn(readFileSync(page, 'utf8')) : new Set();
  return anchors.has(decodeURIComponent(hash)) ? undefined : `has no heading #${hash}`;
}

/** The links of these files that lead nowhere, each with its place and its fault. */
export function brokenLinks(root, files) {
  return files.flatMap((from) =>
    linksIn(readFileSync(join(root, from), 'utf8')).flatMap(({ target, line }) => {
      const file = fileOf(target, from);
      const fault = file && faultOf(root, file);
      return fault ? [`${from}:${line}: ${target} ${fault}`] : [];
    }),
  );
}
