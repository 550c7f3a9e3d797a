// Checks the words that people read: the README files, docs/, the changelog, and the help and the messages of the packages.
// node .ci/words/check.mjs           all of it
// node .ci/words/check.mjs FILE…     these files
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { grammarProblems, startGrammar } from './grammar.mjs';
import { messagesIn } from './messages.mjs';
import { piecesOf } from './prose.mjs';
import { sentenceProblems } from './sentences.mjs';

const PAGES = [
  ':(glob)*.md',
  ':(glob)docs/**/*.md',
  ':(glob)packages/*/README.md',
  ':(glob)packages/*/docs/**/*.md',
];
const SOURCES = [
  ':(glob)packages/*/src/**/*.ts',
  ':!packages/benchmarks',
  ':!packages/testing/src/demo-exchanges',
];

const filesIn = (patterns) =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...patterns], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter(Boolean);

const asked = process.argv.slice(2);
const files = asked.length > 0 ? asked : [...filesIn(PAGES), ...filesIn(SOURCES)];
const linter = await startGrammar();

let count = 0;
const report = (file, { line, problem, sentence }) => {
  count += 1;
  process.stdout.write(`${file}:${line}: ${problem}\n    ${sentence.slice(0, 160)}\n`);
};

/** What many pages say in the same words is checked once. */
const seen = new Set();
const isNew = ({ text }) => !seen.has(text) && Boolean(seen.add(text));

for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const pieces = (file.endsWith('.md') ? piecesOf(text) : messagesIn(text)).filter(isNew);
  if (pieces.length === 0) continue;
  for (const problem of pieces.flatMap(sentenceProblems)) report(file, problem);
  for (const problem of await grammarProblems(linter, pieces)) report(file, problem);
}
process.stdout.write(
  count === 0 ? `The words of ${files.length} files have no problem.\n` : `${count} problems.\n`,
);
process.exitCode = count === 0 ? 0 : 1;
