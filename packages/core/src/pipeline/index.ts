// Here one call is answered: it bypasses the cache, joins a flight, is served from the store, or calls the provider and stores.
// It never asks whether the store failed, and never knows of which SDK a response is.
// Start at pipeline.ts; request.ts has the types.
// The file look-up.ts has the table of what is served and what is called, and serves an entry. The file call-provider.ts is a miss, and
// deliver.ts gives its answer to the callers. The file stale.ts is an older answer, and store-answer.ts decides on storing.

export {
  type Answer,
  bypassAnswer,
  type CallInfo,
  CallOrigin,
  type EventualAnswer,
} from './answer.ts';
export {
  type AnswerInfo,
  infoOf,
  invalidateAnswer,
  linkAnswer,
  passOrigin,
  shareOrigin,
  traceSignal,
} from './answer-origin.ts';
export { emitMiss } from './call-provider.ts';
export { loadStoring, lookUp, needsRewrite, rewriteOnHit } from './look-up.ts';
export { Pipeline } from './pipeline.ts';
export { type Call, eventOf, type FlightResult, type KeyedRequest, requestOf } from './request.ts';
