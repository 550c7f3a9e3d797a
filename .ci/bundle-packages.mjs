// bundle-packages [package] [folder]: the JavaScript of each public package, or of one. All that the first entry of a
// package imports is one file, because a file takes a third of a millisecond to import, and core alone has a hundred;
// the other entries and what is loaded on demand stand beside it. Entries are built together, so that they share one
// state: the default cache, for instance.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const manifest = (name) => JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
const [only, folder] = process.argv.slice(2);
const names = readdirSync('packages').filter((name) => manifest(name).private !== true);

function sourcesOf(name) {
  const entries = Object.values(manifest(name).exports ?? {});
  const sources = entries.map((entry) => entry['@cached-llm/source']).filter(Boolean);
  return sources.map((source) => resolve('packages', name, source));
}

/** Collects the modules that `start` imports at once, and they in turn. */
const collecting = (start, found) => ({
  name: 'imported-at-once',
  buildEnd() {
    found.add(start);
    for (const id of found) {
      for (const next of this.getModuleInfo(id)?.importedIds ?? []) found.add(next);
    }
  },
});

for (const name of only === undefined ? names : [only]) {
  const dir = folder ?? join('packages', name, 'dist');
  const sources = sourcesOf(name);
  const atOnce = new Set();
  rmSync(join(dir, 'chunks'), { recursive: true, force: true }); // their names change with what is in them
  const bundle = await rolldown({
    input: sources,
    platform: 'node',
    external: /^(?![./]|[A-Z]:)/, // every package
    treeshake: { moduleSideEffects: false },
    plugins: [collecting(sources[0], atOnce)],
  });
  const main = { name: 'main', test: (id) => atOnce.has(id) && !sources.includes(id) };
  await bundle.write({
    dir,
    format: 'esm',
    sourcemap: true,
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: { groups: [main] },
  });
  await bundle.close();
}
