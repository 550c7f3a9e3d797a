// Type-checks calls.ts by one TypeScript, under each resolution of modules that it has.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [name] = process.argv.slice(2);
const folder = join('node_modules', name);
const { version, bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const major = Number.parseInt(version, 10);

/** `node10` is deprecated in 6, and not in 7. */
const resolutions = [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
  ...(major < 7 ? [{ module: 'commonjs', moduleResolution: 'node10' }] : []),
];
const failed = resolutions.filter(({ module, moduleResolution }) => {
  const compilerOptions = {
    ...{ module, moduleResolution, target: 'es2022', lib: ['es2023', 'esnext.disposable'] },
    ...{ types: ['node'], strict: true, noEmit: true, skipLibCheck: false },
    ...(major === 6 && moduleResolution === 'node10' ? { ignoreDeprecations: '6.0' } : {}),
  };
  const config = `tsconfig.${moduleResolution}.json`;
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ['calls.ts'] }));
  const tsc = join(folder, bin.tsc);
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' });
  console.log(`TypeScript ${version}, ${moduleResolution}: ${status === 0 ? 'right' : stdout}`);
  return status !== 0;
});
process.exitCode = failed.length === 0 ? 0 : 1;
