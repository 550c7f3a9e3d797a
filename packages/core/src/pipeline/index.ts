// Here one call is answered: it bypasses the cache, joins a flight, is served from the store, or calls the provider and stores.
// It never asks whether the store failed, and never knows of which SDK a response is.
// Start at pipeline.ts, where a call bypasses the cache, joins a flight or leads one; look-up.ts has the table of what is served and what is called.
// The file leader.ts does what the table says. The file call-provider.ts makes the call of a miss, deliver.ts hands its answer out, and
// store-answer.ts decides whether it is stored. The file follower.ts takes the answer of another call, and stale.ts serves an older one.

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
