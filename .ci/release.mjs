// release: makes the next version from the changesets in .changeset. Every package gets it, and CHANGELOG.md gets its section.
// Publishes nothing and commits nothing: CONTRIBUTING.md says what comes before and after.
// `changeset version` would make 1.0.0 of every new feature: the CLI has another package of ours as a peer, and to changesets a
// peer that leaves its range is a breaking change. All packages have one version, so it is computed here.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CHANGELOG = 'CHANGELOG.md';
const KINDS = ['major', 'minor', 'patch'];
const manifests = [
  'docs/.vitepress/package.json',
  ...readdirSync('packages').map((name) => join('packages', name, 'package.json')),
];
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const known = new Set(manifests.map((path) => read(path).name));
const versionNow = () => read('packages/core/package.json').version;

/** What a changeset says, and the largest change that it names. */
function readChangeset(name) {
  const text = readFileSync(join('.changeset', name), 'utf8');
  const [, bumps = '', summary = ''] = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(text) ?? [];
  const named = [...bumps.matchAll(/^['"]?([^'":]+)['"]?: (\w+)$/gm)];
  const wrong = named.find(([, each, kind]) => !known.has(each) || !KINDS.includes(kind));
  if (named.length === 0 || wrong)
    throw new Error(`.changeset/${name}: ${wrong?.[0] ?? 'no package'}`);
  const words = summary.trim().replaceAll('\n', '\n  ');
  if (words === '') throw new Error(`.changeset/${name} says nothing: write what users see.`);
  return {
    kind: KINDS.find((each) => named.some(([, , kind]) => kind === each)),
    line: `- ${words}`,
  };
}

function nextVersion(version, kind) {
  const at = KINDS.indexOf(kind);
  const next = (number, place) => (place > at ? 0 : Number(number) + Number(place === at));
  return version.split('.').map(next).join('.');
}

const names = readdirSync('.changeset').filter((name) => /^(?!README).+\.md$/.test(name));
const changes = names
  .map(readChangeset)
  .sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
const changelog = readFileSync(CHANGELOG, 'utf8');
const date = new Date().toISOString().slice(0, 10);
const first = `## ${versionNow()} (unreleased)\n`;

if (changelog.includes(first)) {
  if (changes.length > 0) {
    throw new Error(
      `${versionNow()} is not released yet: move what is in .changeset to ${CHANGELOG}.`,
    );
  }
  writeFileSync(CHANGELOG, changelog.replace(first, `## ${versionNow()} (${date})\n`));
} else {
  if (changes.length === 0) throw new Error('There is no changeset, so there is nothing new.');
  const version = nextVersion(versionNow(), changes[0].kind);
  for (const path of manifests) {
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/^ {2}"version": ".*"/m, `  "version": "${version}"`));
  }
  for (const name of names) rmSync(join('.changeset', name));
  const section = `## ${versionNow()} (${date})\n\n${changes.map(({ line }) => `${line}\n`).join('')}`;
  writeFileSync(
    CHANGELOG,
    changelog.replace(/^# .*\n/, (title) => `${title}\n${section}`),
  );
}
console.log(`${versionNow()} is ready: see ${CHANGELOG}`);
