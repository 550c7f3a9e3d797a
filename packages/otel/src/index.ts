/**
 * The events of a cache become metrics of OpenTelemetry, and attributes of the span in which a call runs.
 * No prompt, answer or secret is in any of them, and nothing here changes what becomes of a call.
 * Start reading in `observe-cache.ts`; `gen-ai-recorder.ts` has the metrics of the conventions, and `cache-instruments.ts` our own.
 */
export { CONVENTIONS } from './conventions.ts';
export { type ObserveOptions, observeCache } from './observe-cache.ts';
