// Makes a first and a second release in a copy of the manifests: all packages have one version, and CHANGELOG.md says what is new.
// It changes nothing in the repository, and publishes nothing.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'release-'));
const here = (path) => join(folder, path);
const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n');
const manifests = tracked.filter(
  (path) => /(^|\/)package\.json$/.test(path) && !path.startsWith('.ci/'),
);
const versions = () => {
  const read = manifests.map((path) => JSON.parse(readFileSync(here(path), 'utf8')));
  return new Set(read.map(({ version }) => version).filter(Boolean));
};
const release = () =>
  spawnSync(process.execPath, ['.ci/release.mjs'], { cwd: folder, encoding: 'utf8' });
const changelog = () => readFileSync(here('CHANGELOG.md'), 'utf8');
const change = (name, text) => writeFileSync(here(join('.changeset', `${name}.md`)), text);

try {
  const copied = ['pnpm-workspace.yaml', '.ci/release.mjs', '.changeset/config.json'];
  for (const path of [...manifests, ...copied]) {
    mkdirSync(dirname(here(path)), { recursive: true });
    cpSync(path, here(path));
  }

  writeFileSync(here('CHANGELOG.md'), '# Changelog\n\n## 0.1.0 (unreleased)\n\n- The first.\n');
  for (const path of manifests) {
    const text = readFileSync(here(path), 'utf8');
    writeFileSync(here(path), text.replace(/"version": ".*"/, '"version": "0.1.0"'));
  }
  change('early', "---\n'@cached-llm/core': patch\n---\n\nEarly.\n");
  assert.match(release().stderr, /0\.1\.0 is not released yet/);
  rmSync(here('.changeset/early.md'));
  assert.equal(release().status, 0);
  assert.match(changelog(), /^# Changelog\n\n## 0\.1\.0 \(\d{4}-\d\d-\d\d\)\n\n- The first\.\n$/);
  assert.match(release().stderr, /There is no changeset/);

  change('odd', "---\n'@cached-llm/unknown': patch\n---\n\nOdd.\n");
  assert.match(release().stderr, /odd\.md: '@cached-llm\/unknown': patch/);
  rmSync(here('.changeset/odd.md'));

  change('small', "---\n'@cached-llm/openai': patch\n---\n\nA small one.\n");
  change(
    'large',
    "---\n'@cached-llm/core': minor\n'cached-llm': patch\n---\n\nA large one,\nin lines.\n",
  );
  const { status, stdout, stderr } = release();
  assert.equal(status, 0, stdout + stderr);
  assert.deepEqual([...versions()], ['0.2.0']);
  assert.match(
    changelog(),
    /^# Changelog\n\n## 0\.2\.0 \(.+\)\n\n- A large one,\n {2}in lines\.\n- A small one\.\n\n## 0\.1\.0/,
  );
  assert.deepEqual(readdirSync(here('.changeset')), ['config.json']);
  const openai = readFileSync(here('packages/openai/package.json'), 'utf8');
  assert.match(openai, /"@cached-llm\/core": "workspace:\^"/);
  console.log('a first and a second release: one version for all packages, and one changelog');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
