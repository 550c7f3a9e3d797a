// One request goes from its key to its answer here: bypass, join, look up, decide, lead, call, admit, store.
// It never asks whether the store failed, and never knows which SDK a response is of.
// Start at pipeline.ts; the table of decisions is in decision.ts.

export { type Answer, type Answered, bypassAnswer } from './answer.ts';
export { Answering, Pipeline } from './pipeline.ts';
export {
  type Asking,
  type Call,
  type CallInfo,
  eventOf,
  type Request,
} from './request.ts';
export type { RequestFlights } from './request-flights.ts';
export { Keeper } from './store-answer.ts';
