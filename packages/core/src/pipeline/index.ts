// One call goes to its answer here: bypass, join, look up, decide, lead, call the provider, store.
// It never asks whether the store failed, and never knows of which SDK a response is.
// Start at pipeline.ts; decision.ts has the table of what is served and what is called.

export { bypassAnswer, type CallInfo, type EventualAnswer } from './answer.ts';
export { lookUp } from './look-up.ts';
export { Pipeline } from './pipeline.ts';
export { type Call, eventOf, type KeyedRequest, requestOf } from './request.ts';
export { storeAnswer } from './store-answer.ts';
