// What became of each environment, as a table, and its place in the root README. A test of the core compares the table with
// the projects.
import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../../README.md', import.meta.url);
const PLACE = /^(.*<!-- fits -->\n)(.*)(<!-- \/fits -->.*)$/s;

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

/** The environments of a project, as the field `fits` of its package.json has them. */
export const environmentsOf = ({ kind, node, environments }) =>
  Object.entries(environments).map(([name, given]) => {
    const { run, ...rest } = typeof given === 'string' ? { run: given } : given;
    return { kind, name, command: run, node: rest.node ?? node, refusal: rest.refusal };
  });

/** The table of the README, and all that is around it. */
export function tableIn(text) {
  const [, before, table, after] = PLACE.exec(text) ?? [];
  if (table === undefined) throw new Error('README.md has no place for the table: <!-- fits -->.');
  return { before, table: table.trim(), after };
}

/** The table in which all environments of these projects work, or are refused as they should be. */
export const rightTable = (manifests) =>
  tableOf(
    manifests
      .flatMap(({ fits }) => environmentsOf(fits))
      .map((each) => ({ ...each, isRight: true })),
  );

/** Writes the environments that were tried; those of other projects have to be in the table already. */
export function writeTable(manifests, outcomes) {
  const text = readFileSync(README, 'utf8');
  const { before, table, after } = tableIn(text);
  const isTried = ({ kind, name }) =>
    outcomes.some((outcome) => outcome.kind === kind && outcome.name === name);
  const missing = manifests
    .flatMap(({ fits }) => environmentsOf(fits))
    .filter((each) => !isTried(each) && !table.includes(`| ${each.name} `));
  if (missing.length > 0)
    throw new Error(`Try these, too: ${missing.map(({ name }) => name).join(', ')}.`);
  writeFileSync(README, `${before}\n${rightTable(manifests)}\n\n${after}`);
}
