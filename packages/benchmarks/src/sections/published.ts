import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const CORE = join(ROOT, 'packages', 'core');

export interface Published {
  readonly index: string;
  remove(): Promise<void>;
}

/** Core as npm has it, in a folder from which it finds its dependency. */
export async function publishedCore(): Promise<Published> {
  const folder = await mkdtemp(join(CORE, 'node_modules', '.benchmark-'));
  const script = join('.ci', 'bundle-packages.mjs');
  await promisify(execFile)(process.execPath, [script, 'core', folder], { cwd: ROOT });
  return {
    index: join(folder, 'index.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const { resolve } = createRequire(import.meta.url);

/** What `import` of a dependency of ours loads. */
export const entryOf = (name: string) =>
  import.meta.resolve === undefined ? resolve(name) : fileURLToPath(import.meta.resolve(name));
