// Checks that the tests of several adapters share: a trial with a server, a cache and a client, and checks over recordings.
// They know no SDK: each adapter passes functions that make its calls, and the runner's own `expect`.
// Start reading in wire-trial.ts; served-twice.ts, distinct-keys.ts and cross-mode.ts check recorded cases.

export { crossModeTrial, exactCrossModes } from './cross-mode.ts';
export {
  coveredBy,
  type DistinctKeysParts,
  distinctFetchKeys,
  distinctKeys,
  type FetchKeysParts,
  posted,
} from './distinct-keys.ts';
export { EXPECTED_FALLBACKS, type FallbackParts, fallbackTable } from './fallback-table.ts';
export { type OwnHostParts, ownHostTests } from './own-hosts.ts';
export {
  recordedTwice,
  type ServedTwiceParts,
  servedTwice,
  startRecorded,
} from './served-twice.ts';
export { tracedAnswer } from './traced-answer.ts';
export { type AroundClient, type WireTrial, wireTrial } from './wire-trial.ts';
