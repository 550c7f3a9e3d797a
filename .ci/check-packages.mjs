// Packs every public package as it would be published, and has publint and are-the-types-wrong look at it: both builds, and every
// way to resolve them. A program that a package brings says its version: the bundle finds what it needs.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAll, publicPackages } from './pack.mjs';

const run = (command, ...rest) =>
  execFileSync(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
const folder = mkdtempSync(join(tmpdir(), 'packages-'));
const manifestOf = (name) =>
  JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));

try {
  const packed = packAll(folder);
  for (const each of publicPackages()) {
    const { name, bin = {} } = manifestOf(each);
    const file = packed[name].replace('file:', '');
    run('node_modules/.bin/publint', 'run', file, '--strict');
    run('node_modules/.bin/attw', file, '--quiet');
    for (const program of Object.values(bin)) {
      run(process.execPath, join('packages', each, program), '--version');
    }
    console.log(`packages/${each}: publint and are-the-types-wrong have nothing to say`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
