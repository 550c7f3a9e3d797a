// bundle-packages [package] [folder]: the JavaScript of each public package, or of one, as one file.
// A file takes a third of a millisecond to import, and core alone has two hundred.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const manifest = (name) => JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
const [only, folder] = process.argv.slice(2);
const names = readdirSync('packages').filter((name) => manifest(name).private !== true);

for (const name of only === undefined ? names : [only]) {
  await build({
    entryPoints: [join('packages', name, 'src', 'index.ts')],
    outfile: join(folder ?? join('packages', name, 'dist'), 'index.js'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false, // they are in the package, too
    logLevel: 'warning',
  });
}
