// Packs every public package as it would be published, and has publint and are-the-types-wrong look at it.
// A program that a package brings says its version: the bundle finds what it needs.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (command, ...rest) =>
  execFileSync(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
const folder = mkdtempSync(join(tmpdir(), 'packages-'));
const manifestOf = (name) =>
  JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
const isPublic = (name) => manifestOf(name).private !== true;

try {
  for (const name of readdirSync('packages').filter(isPublic)) {
    const [pnpm, ...before] = process.env.npm_execpath?.endsWith('js')
      ? [process.execPath, process.env.npm_execpath]
      : ['pnpm'];
    const packed = run(
      pnpm,
      ...before,
      '--dir',
      join('packages', name),
      'pack',
      '--json',
      '--pack-destination',
      folder,
    );
    const { filename } = JSON.parse(packed.toString());
    run('node_modules/.bin/publint', 'run', filename, '--strict');
    run('node_modules/.bin/attw', filename, '--quiet', '--profile', 'esm-only');
    for (const program of Object.values(manifestOf(name).bin ?? {})) {
      run(process.execPath, join('packages', name, program), '--version');
    }
    console.log(`packages/${name}: publint and are-the-types-wrong have nothing to say`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
