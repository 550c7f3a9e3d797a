import { execFile } from 'node:child_process';
import { cp, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '@cached-llm/testing';

const core = fileURLToPath(new URL('../..', import.meta.url));
const packages = dirname(join(core, '.'));
const fromExamples = createRequire(join(packages, '..', 'examples', 'package.json'));

/** An application in a folder of its own. Its core is in another folder, from which no store package can be found. */
export interface Application {
  /** The folder of the application, and an empty folder beside it. */
  readonly folder: string;
  readonly elsewhere: string;
  /** Runs a script of the application in `cwd`. Returns what it printed. */
  run(script: string, cwd: string): Promise<string>;
  remove(): Promise<void>;
}

async function layOut(root: string): Promise<void> {
  await cp(join(core, 'src'), join(root, 'core', 'src'), { recursive: true });
  await writeFile(join(root, 'core', 'package.json'), '{ "type": "module" }');
  const modules = join(root, 'core', 'node_modules');
  await mkdir(modules);
  const name = 'fast-json-stable-stringify';
  await symlink(await realpath(join(core, 'node_modules', name)), join(modules, name));
  await mkdir(join(root, 'elsewhere'));
  await mkdir(join(root, 'application'));
  await writeFile(join(root, 'application', 'package.json'), '{ "type": "module" }');
}

/** Installs a package of this workspace in the application. */
export async function install(folder: string, name: string): Promise<void> {
  const modules = join(folder, 'node_modules', '@cached-llm');
  await mkdir(modules, { recursive: true });
  await symlink(join(packages, name), join(modules, name));
}

/** Installs a store package without the packages of its database, in place of what is there. */
export async function installAlone(folder: string, name: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const installed = join(modules, '@cached-llm', name);
  await rm(modules, { recursive: true, force: true });
  await install(folder, 'core');
  for (const part of ['src', 'package.json']) {
    await cp(join(packages, name, part), join(installed, part), { recursive: true });
  }
  await symlink(
    await realpath(join(packages, name, 'node_modules', 'keyv')),
    join(modules, 'keyv'),
  );
}

export async function newApplication(): Promise<Application> {
  const { path, remove } = await temporaryFolder();
  const root = await realpath(path);
  await layOut(root);
  const folder = join(root, 'application');
  const run = async (script: string, cwd: string) => {
    const file = join(folder, 'main.ts');
    await writeFile(file, `import * as core from '../core/src/index.ts';\n${script}`);
    const command = [fromExamples.resolve('tsx/cli'), '--conditions=@cached-llm/source', file];
    const { stdout } = await promisify(execFile)(process.execPath, command, {
      cwd,
      timeout: 60_000,
    });
    return stdout.trim();
  };
  return { folder, elsewhere: join(root, 'elsewhere'), run, remove };
}
