// bundle-packages [package] [folder]: the JavaScript of each public package, or of one, as ES modules and, in the folder cjs
// beside them, as CommonJS modules. All that the first entry of a package imports is one file, because a file takes a third of
// a millisecond to import, and core alone has a hundred; the other entries and what is loaded on demand stand beside it.
// Entries are built together, so that they share one state, and one-copy.mjs makes that one of both builds.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { buildPage } from './build-page.mjs';
import { shareCopies } from './one-copy.mjs';

const manifest = (name) => JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
const [only, folder] = process.argv.slice(2);
const names = readdirSync('packages').filter((name) => manifest(name).private !== true);

function sourcesOf(name) {
  const entries = Object.values(manifest(name).exports ?? {});
  const sources = entries.map((entry) => entry['@cached-llm/source']).filter(Boolean);
  return sources.map((source) => resolve('packages', name, source));
}

/** The entry of a provider package that needs no SDK: its code is in no file that imports one. Core imports none. */
function sourceWithoutSdk(name) {
  const entry = manifest(name).exports?.['./adapter']?.['@cached-llm/source'];
  return name === 'core' || entry === undefined ? undefined : resolve('packages', name, entry);
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

/**
 * In the CommonJS build, nothing is imported: Jest's usual set-up cannot. A chunk is required when it is needed, and so is the
 * package of a store, by its path. And the default export of a package is what its own CommonJS build says it is.
 */
function toCommonJs(code) {
  const later = (path) => `Promise.resolve().then(() => require(${path}))`;
  const require = 'require("node:module").createRequire(__filename)'; // bundlers let it be
  const byUrl = `((url) => Promise.resolve().then(() => ${require}(require("node:url").fileURLToPath(url))))(`;
  return code
    .replaceAll(/__toESM\((\w+), 1\)/g, '__toESM($1)')
    .replaceAll(/\bimport\(("[^"]+")\)/g, (_all, path) => later(path))
    .replaceAll(/\bimport\(/g, byUrl);
}

/** Both builds of one package, in memory. */
async function build(name) {
  const sources = sourcesOf(name);
  const atOnce = new Set();
  const withoutSdk = new Set();
  const adapter = sourceWithoutSdk(name);
  const bundle = await rolldown({
    input: sources,
    platform: 'node',
    external: /^(?![./]|[A-Z]:)/, // every package
    treeshake: { moduleSideEffects: false },
    plugins: [
      collecting(sources[0], atOnce),
      ...(adapter === undefined ? [] : [collecting(adapter, withoutSdk)]),
    ],
  });
  const groups = [
    { name: 'without-sdk', priority: 1, test: (id) => withoutSdk.has(id) },
    { name: 'main', test: (id) => atOnce.has(id) && !sources.includes(id) },
  ];
  const generate = async (format) => {
    const { output } = await bundle.generate({
      format,
      sourcemap: true,
      minifyInternalExports: false, // both builds name what they share alike
      chunkFileNames: 'chunks/[name].js',
      codeSplitting: { groups },
    });
    return output.map(({ type, name, fileName, code, source, modules, exports }) => {
      const written = format === 'cjs' && type === 'chunk' ? toCommonJs(code) : code;
      return { type, name, fileName, code: written, source, modules, exports };
    });
  };
  const builds = { esm: await generate('esm'), cjs: await generate('cjs') };
  await bundle.close();
  return shareCopies(manifest(name), builds);
}

function write(dir, output) {
  rmSync(join(dir, 'chunks'), { recursive: true, force: true }); // one that is not made any more
  for (const { type, fileName, code, source } of output) {
    const path = join(dir, fileName);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, type === 'chunk' ? code : source);
  }
}

/** SDKs with types of ES modules only, which a declaration of CommonJS has to say where it imports them. */
const MODULES_ONLY =
  /^import (?:type )?(.+ from '(?:ai|@google\/genai|@mistralai\/mistralai)(?:\/[^']*)?');$/gm;

/** The CommonJS build has declarations of its own: those that they refer to are of CommonJS, too. */
function writeDeclarations(dir) {
  const isDeclaration = (path) => path.endsWith('.d.ts') && !path.startsWith('cjs');
  for (const file of readdirSync(dir, { recursive: true }).filter(isDeclaration)) {
    const text = readFileSync(join(dir, file), 'utf8')
      .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
      .replace(MODULES_ONLY, "import type $1 with { 'resolution-mode': 'import' };");
    mkdirSync(dirname(join(dir, 'cjs', file)), { recursive: true });
    writeFileSync(join(dir, 'cjs', file), text);
  }
}

for (const name of only === undefined ? names : [only]) {
  const dir = folder ?? join('packages', name, 'dist');
  const { esm, cjs } = await build(name);
  rmSync(join(dir, 'cjs'), { recursive: true, force: true });
  write(dir, esm);
  write(join(dir, 'cjs'), cjs);
  writeFileSync(join(dir, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
  if (folder === undefined) writeDeclarations(dir);
  if (name === 'studio') await buildPage(join(dir, 'page'));
}
