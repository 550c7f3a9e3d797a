// A response as a caller has it becomes a payload as a store has it, and a payload becomes a response for one caller.
// It never reads or writes a store. A codec asks the rules of adapter/ for the verdict on an answer when it captures it.
// Start at response-codec.ts, the contract; value-codec.ts is the codec of functions.

export {
  type CapturedResponse,
  type Provenance,
  provenanceFor,
  type ResponseCodec,
  type RunningStream,
  type SharedResponse,
} from './response-codec.ts';
export { readToEnd, ValueCodec, type ValueCodecOptions } from './value-codec.ts';
