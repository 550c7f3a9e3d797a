// Checks the words that people read: the README files, docs/, the changelog, and the help, the messages and the comments of the packages.
// node .ci/words/check.mjs           all of it
// node .ci/words/check.mjs FILE…     these files
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { commentsIn } from './comments.mjs';
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
const report = ({ file, line, problem, sentence }) => {
  count += 1;
  process.stdout.write(`${file}:${line}: ${problem}\n    ${sentence.slice(0, 160)}\n`);
};

/** What many pages say in the same words is checked once. */
const seen = new Set();
const isNew = ({ text }) => !seen.has(text) && Boolean(seen.add(text));

const pieces = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  const found = file.endsWith('.md') ? piecesOf(text) : [...messagesIn(text), ...commentsIn(text)];
  return found.filter(isNew).map((piece) => ({ ...piece, file }));
});
for (const piece of pieces) sentenceProblems(piece).forEach(report);
// A document for each file takes Harper twice as long.
for (let from = 0; from < pieces.length; from += 400) {
  for (const problem of await grammarProblems(linter, pieces.slice(from, from + 400)))
    report(problem);
}
process.stdout.write(
  count === 0 ? `The words of ${files.length} files have no problem.\n` : `${count} problems.\n`,
);
process.exitCode = count === 0 ? 0 : 1;
