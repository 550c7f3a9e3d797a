// What became of each environment, as a table, and its place in the root README.
import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../../README.md', import.meta.url);
const PLACE = /(<!-- fits -->\n).*?(<!-- \/fits -->)/s;

function wordFor({ isRight, refusal }) {
  if (!isRight) return 'FAILS';
  return refusal === undefined ? 'works' : `refused: ${refusal}`;
}

export function tableOf(outcomes) {
  const rows = outcomes
    .map((outcome) => [outcome.kind, outcome.name, wordFor(outcome)])
    .sort(([kind], [other]) => kind.localeCompare(other));
  const cells = [['kind', 'environment', 'outcome'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n');
}

/** Every environment was tried, and none fails. */
export function writeTable(outcomes) {
  const text = readFileSync(README, 'utf8');
  if (!PLACE.test(text)) throw new Error('README.md has no place for the table: <!-- fits -->.');
  const table = (_all, before, after) => `${before}\n${tableOf(outcomes)}\n\n${after}`;
  writeFileSync(README, text.replace(PLACE, table));
}
