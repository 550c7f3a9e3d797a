// What happened is counted, then sent to listeners and to the log.
// It never carries a prompt, an answer or a secret, and a listener that throws never fails a call.
// Start at events.ts, the list of all events; emitter.ts sends them, and writes the lines of a log.

export {
  CacheEventEmitter,
  type CallVerdict,
  type EventCounting,
  isLogger,
  type Logger,
  logEvents,
} from './emitter.ts';
export type {
  Bypass,
  BypassReason,
  CacheEvents,
  CallCost,
  CallEndpoint,
  CallEvent,
  CallPart,
  EventName,
  Listener,
  Outcome,
  RequestItem,
  RequestOutcome,
  StoreOperation,
} from './events.ts';
