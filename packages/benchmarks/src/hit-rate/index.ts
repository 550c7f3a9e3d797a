// Hit rates of stores that are too small for a trace of requests: LRU, the memory store, and the best that is possible.
// They replay keys and sizes alone: no request and no answer is ever in a trace.
// Start reading in hit-rate.ts; trace.ts reads and makes traces.
export { bestHitRate } from './best-hit-rate.ts';
export { hitRate, hitRateOfLru } from './hit-rate.ts';
export { roomOf } from './room.ts';
export { hitRateOfGdsf, hitRateOfS3Fifo } from './sized-policies.ts';
export { sizedTraces } from './sized-traces.ts';
export { madeTraces, promptSuite, type Trace, traceIn } from './trace.ts';
