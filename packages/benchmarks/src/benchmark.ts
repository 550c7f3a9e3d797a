// benchmark [--write] [section…] [file…]: all sections, where none is named; --write puts them into the README.
import { machine, writeDown } from './readme.ts';
import { asText, type Section } from './report.ts';
import { collapse } from './sections/collapse.ts';
import { hit } from './sections/hit.ts';
import { hitRates } from './sections/hit-rates.ts';
import { memory } from './sections/memory.ts';
import { miss } from './sections/miss.ts';
import { profile } from './sections/profile.ts';
import { redis } from './sections/redis.ts';
import { scale } from './sections/scale.ts';
import { sqlite } from './sections/sqlite.ts';
import { stream } from './sections/stream.ts';
import { weight } from './sections/weight.ts';

const SECTIONS: readonly Section[] = [
  hit,
  stream,
  miss,
  collapse,
  redis,
  sqlite,
  hitRates,
  memory,
  scale,
  weight,
  profile,
];

const given = process.argv.slice(2).filter((argument) => argument !== '--');
const words = given.filter((argument) => argument !== '--write');
const named = SECTIONS.filter(({ name }) => words.includes(name));
const files = words.filter((word) => !SECTIONS.some(({ name }) => name === word));
if (files.length > 0 && !named.includes(hitRates)) {
  const names = SECTIONS.map(({ name }) => name).join(', ');
  throw new Error(`No section is called ${files.join(' or ')}. There are ${names}.`);
}

console.log(machine());
for (const section of named.length > 0 ? named : SECTIONS) {
  const report = await section.run(files);
  console.log(`\n${section.title}\n${asText(report)}\n${report.note ?? ''}`);
  if (given.includes('--write')) await writeDown(section, report);
}
process.exit(); // some of the libraries hold timers
