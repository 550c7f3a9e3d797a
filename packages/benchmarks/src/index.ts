// benchmark [--write] [section…] [file…]: measures these sections or all; --write puts the figures into the README.
// Nothing is measured in this process: section-child.ts measures one section in a process of its own.
// Start reading in sections/index.ts, which lists what is measured.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { machine } from './report/index.ts';
import { SECTIONS } from './sections/index.ts';

const CHILD = fileURLToPath(new URL('section-child.ts', import.meta.url));

const given = process.argv.slice(2).filter((argument) => argument !== '--');
const flags = given.filter((argument) => argument === '--write');
const words = given.filter((argument) => argument !== '--write');
const named = SECTIONS.filter(({ name }) => words.includes(name));
const files = words.filter((word) => !SECTIONS.some(({ name }) => name === word));
if (files.length > 0 && !named.some(({ name }) => name === 'hit-rate' || name === 'studio')) {
  const names = SECTIONS.map(({ name }) => name).join(', ');
  throw new Error(`No section is called ${files.join(' or ')}. There are ${names}.`);
}

console.log(machine());
for (const { name } of named.length > 0 ? named : SECTIONS) {
  // Each section has its own process: the compiled code and the heap of one do not affect the next.
  const child = [...process.execArgv, CHILD, ...flags, name, ...files];
  const { status } = spawnSync(process.execPath, child, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
