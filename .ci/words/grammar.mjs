// Checks spelling and grammar by Harper, which runs in this process and asks no server.
import { readFileSync } from 'node:fs';
import { Dialect, LocalLinter } from 'harper.js';
import { slimBinary } from 'harper.js/slimBinary';
import { spoken } from './sentences.mjs';

/** The words of the project that are in no dictionary, one on a line. */
const WORDS = new URL('../../.config/words.txt', import.meta.url);

/** Rules of Harper that fire on what is right here, with an example of each. */
const OFF = [
  'ByOnesOwn', // two models, each by its own
  'SentenceCapitalization', // cells of tables begin with small letters
  'UseTitleCase', // headings are sentences
  'OxfordComma', // both forms are English
  'LongSentences', // sentences.mjs has a shorter limit
  'OrthographicConsistency', // the package openai
  'SplitWords', // pino
  'CompoundNouns', // the store that the user names
  'ExpandConfiguration', // the command config
  'ExpandControl', // Ctrl-C
  'ExpandMemoryShorthands', // 64 MiB
  'ExpandMinimum', // the unit min
  'ExpandStandardInputAndOutput', // stdin
  'ExpandTimeShorthands', // 250 ms
  'DisjointPrefixes', // a call is under way
  'HavePronoun', // the one that you have has
  'MassNouns', // a missing row
  'MissingPreposition', // the list price is known
  'MissingTo', // what they need
  'OneOfTheSingular', // one of the two
  'Overall', // the sum over all models
  'SingleBe', // what they are are
  'ThatThan', // the older that is stored
  'WereWhere', // Where you are in doubt
];

export async function startGrammar() {
  const linter = new LocalLinter({ binary: slimBinary, dialect: Dialect.British });
  await linter.setup();
  const rules = await linter.getDefaultLintConfig();
  for (const name of OFF) rules[name] = false;
  await linter.setLintConfig(rules);
  const words = readFileSync(WORDS, 'utf8')
    .split('\n')
    .filter((word) => /^[^#]/.test(word));
  await linter.importWords(words.flatMap((word) => [word, `${word}'s`]));
  return linter;
}

/** Harper spells SQLite out, and would write `an SQLite`. It takes the `'s` behind code for a word. */
const heard = (text) =>
  spoken(text).replaceAll('\n', ' ').replaceAll('SQLite', 'Sequel').replaceAll("`X`'s", 'its');

/** What Harper says of pieces of prose, which it reads as one document with a paragraph for each. */
export async function grammarProblems(linter, pieces) {
  const paragraphs = pieces.map(({ text }) => heard(text));
  const lints = await linter.organizedLints(paragraphs.join('\n\n'), { language: 'markdown' });
  const starts = [];
  let at = 0;
  for (const paragraph of paragraphs) {
    starts.push(at);
    at += [...paragraph].length + 2;
  }
  return Object.entries(lints).flatMap(([rule, found]) =>
    found.map((lint) => {
      const index = starts.findLastIndex((start) => start <= lint.span().start);
      const problem = `"${lint.get_problem_text()}": ${lint.message()} (${rule})`;
      const { file, line } = pieces[index];
      return { file, line, problem, sentence: paragraphs[index] };
    }),
  );
}
