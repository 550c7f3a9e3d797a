// Exchanges that others recorded with real providers are read from a folder, and turned into cases for tests.
// They are never copied into this repository, and a suite without them says that it did not run instead of passing.
// Start reading in recordings-folder.ts; a case of a test is in recorded-case.ts.
export {
  answerAsServerSentEvents,
  type RecordedAnswer,
  type RecordedStream,
  recordedAnswers,
} from './recorded-answers.ts';
export { answerCase, camelCased, oneByOne, pairCase, type RecordedCase } from './recorded-case.ts';
export { type PairFilter, type RecordedPair, recordedPairs, toExchange } from './recorded-pairs.ts';
export { describeWithFixtures, fixturesFolder } from './recordings-folder.ts';
