// build-page [folder]: the page of the studio, bundled and minified, as users get it. The package holds the built files, so that
// nothing is built at the user's.
import { copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { argv, pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const SOURCES = fileURLToPath(new URL('../packages/studio/page/', import.meta.url));

/** Builds the page into a folder. A server that reads the folder meanwhile finds either the old file or the new one. */
export async function buildPage(folder) {
  mkdirSync(folder, { recursive: true });
  const [made, ready] = ['new', ''].map(
    (ending) => (name) => join(folder, `${name}${ending && `.${pid}`}`),
  );
  const bundle = await rolldown({
    input: join(SOURCES, 'main.tsx'),
    platform: 'browser',
    tsconfig: join(SOURCES, 'tsconfig.json'), // which names the JSX of Preact
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
  });
  await bundle.write({ file: made('page.js'), format: 'esm', minify: true });
  await bundle.close();
  for (const name of ['index.html', 'page.css']) copyFileSync(join(SOURCES, name), made(name));
  for (const name of ['page.js', 'page.css', 'index.html']) renameSync(made(name), ready(name));
}

if (fileURLToPath(import.meta.url) === argv[1]) {
  await buildPage(
    argv[2] ?? fileURLToPath(new URL('../packages/studio/dist/page', import.meta.url)),
  );
}
