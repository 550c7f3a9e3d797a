// Packs every public package as it would be published, and has publint and are-the-types-wrong look at it: both builds, and every
// way to resolve them. A program that a package brings says its version: the bundle finds what it needs. Each link and picture of its
// Markdown files is an https address, or is in the package, so that it also works on the package's page and in node_modules.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { anchorsIn, linksIn } from '../docs/.vitepress/links.js';
import { packAll, publicPackages } from './pack.mjs';

const run = (command, ...rest) =>
  execFileSync(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
const folder = mkdtempSync(join(tmpdir(), 'packages-'));
const manifestOf = (name) =>
  JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));

/** What is wrong with a link of a page of an unpacked package; undefined where nothing is. */
function faultOf(target, page, unpacked) {
  if (target.startsWith('https://')) return undefined;
  const [path, hash] = target.split('#');
  const file = path === '' ? page : join(dirname(page), decodeURI(path));
  if (!file.startsWith(`${unpacked}/`) || !existsSync(file)) return 'is not in the package';
  if (hash === undefined || anchorsIn(readFileSync(file, 'utf8')).has(hash)) return undefined;
  return 'has no such heading';
}

/** Checks the links of every Markdown file of a packed package, and returns how many links and files there are. */
function checkLinks(each, file) {
  const unpacked = join(folder, each);
  mkdirSync(unpacked);
  run('tar', '-xzf', file, '-C', unpacked, '--strip-components=1');
  const pages = readdirSync(unpacked, { recursive: true }).filter((name) => name.endsWith('.md'));
  const links = pages.flatMap((page) =>
    linksIn(readFileSync(join(unpacked, page), 'utf8')).map((link) => ({ ...link, page })),
  );
  const faults = links.flatMap(({ target, line, page }) => {
    const fault = faultOf(target, join(unpacked, page), unpacked);
    return fault === undefined ? [] : [`packages/${each}/${page}:${line}: ${target} ${fault}`];
  });
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return `${links.length} links of ${pages.length} Markdown files`;
}

try {
  const packed = packAll(folder);
  for (const each of publicPackages()) {
    const { name, bin = {} } = manifestOf(each);
    const file = packed[name].replace('file:', '');
    run('node_modules/.bin/publint', 'run', file, '--strict');
    run('node_modules/.bin/attw', file, '--quiet');
    for (const program of Object.values(bin)) {
      run(process.execPath, join('packages', each, program), '--version');
    }
    const links = checkLinks(each, file);
    console.log(
      `packages/${each}: publint and are-the-types-wrong have nothing to say; ${links} lead somewhere`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
