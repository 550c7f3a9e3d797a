// bundle-packages [package] [folder]: the JavaScript of each public package, or of one: a file for each entry, and
// chunks for what entries share or load on demand. A file takes a third of a millisecond to import, and core alone
// has a hundred. The entries are built together, so that they share one state: the default cache, for instance.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const manifest = (name) => JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
const [only, folder] = process.argv.slice(2);
const names = readdirSync('packages').filter((name) => manifest(name).private !== true);

function sourcesOf(name) {
  const entries = Object.values(manifest(name).exports ?? {});
  const sources = entries.map((entry) => entry['@cached-llm/source']).filter(Boolean);
  return sources.length > 0 ? sources : ['./src/index.ts'];
}

for (const name of only === undefined ? names : [only]) {
  const outdir = folder ?? join('packages', name, 'dist');
  rmSync(join(outdir, 'chunks'), { recursive: true, force: true }); // their names change with what is in them
  await build({
    entryPoints: sourcesOf(name).map((source) => join('packages', name, source)),
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false, // they are in the package, too
    logLevel: 'warning',
  });
}
