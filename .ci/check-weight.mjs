// What the first import of `cachedLlmCall` weighs, minified and gzipped, without dependencies and without what is loaded
// on demand: a bound, so that it does not grow unseen.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const MOST = 39_700;

const withoutDynamicImports = {
  name: 'without-dynamic-imports',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};
const { outputFiles } = await build({
  stdin: {
    contents: "export { cachedLlmCall } from './packages/core/src/index.ts';",
    resolveDir: process.cwd(),
  },
  bundle: true,
  minify: true,
  packages: 'external',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  write: false,
  plugins: [withoutDynamicImports],
});
const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
console.log(`first import of cachedLlmCall: ${bytes} bytes, minified and gzipped`);
if (bytes > MOST) {
  console.error(`These are more than ${MOST}. Load what a simple call does not need on demand.`);
  process.exitCode = 1;
}
