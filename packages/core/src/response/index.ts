// A response as a caller has it becomes a payload as a store keeps it, and back.
// It never reads a store and never judges an answer.
// Start at response-codec.ts, the contract of every seam.

export {
  type Capture,
  type Captured,
  entryProvenance,
  type Provenance,
  type ResponseCodec,
  type RunningStream,
} from './response-codec.ts';
export { drained, ValueCodec, type ValueCodecOptions } from './value-codec.ts';
