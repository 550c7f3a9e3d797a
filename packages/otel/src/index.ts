/**
 * The events of a cache become metrics of OpenTelemetry, and attributes of the span in which a call runs.
 * No prompt, answer or secret is in any of them, and nothing here changes what becomes of a call.
 * Start reading in `observe-cache.ts`; `instruments.ts` names the metrics.
 */
export { type ObserveOptions, observeCache } from './observe-cache.ts';
