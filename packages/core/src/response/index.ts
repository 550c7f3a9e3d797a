// A response as a caller has it becomes a payload as a store keeps it, and back.
// It never reads a store and never judges an answer.
// Start at response-codec.ts, the contract of every seam.

export { PacedReplay } from './paced-replay.ts';
export {
  type CapturedResponse,
  type Provenance,
  provenanceFor,
  type ResponseCodec,
  type RunningStream,
  type SharedResponse,
} from './response-codec.ts';
export { readToEnd, ValueCodec, type ValueCodecOptions } from './value-codec.ts';
