// @cached-llm/core/adapter: what the author of a provider package imports. Start at Adapter, which describes a provider.

export {
  type AccountIds,
  type Adapter,
  type AdmissionRules,
  admission,
  type BatchRules,
  type CrossMode,
  type CrossRules,
  crossMode,
  defaultAdapter,
  type EmbeddingFormat,
  type ExpectedRanking,
  type ExpectedVectors,
  embeddingParts,
  exactFields,
  finishReasons,
  hasOpening,
  hasRefusal,
  type InstanceRules,
  isNeutralHeader,
  isOutageStatus,
  isOutOfOrder,
  isSpliced,
  jsonIn,
  judge,
  judgeStream,
  type ModelMessage,
  messageOf,
  messagesIn,
  offersTool,
  type ProviderAdmission,
  type RankedDocument,
  rejectChoices,
  rejectContent,
  rejectFinish,
  rejectMessage,
  rejectMessages,
  rejectRanking,
  rejectVectors,
  type StreamRules,
  saysNothing,
  settled,
  type ToolCall,
  type Verdict,
  wantsJson,
  worstOf,
} from './adapter/index.ts';
export { answerEach, cacheOf, type EachItemRules } from './cache/index.ts';
export { decodeValue, encodeValue, Payload, SdkInstance, type Usage } from './entry/index.ts';
export type { Bypass, BypassReason } from './events/index.ts';
export {
  digest,
  type Fields,
  fieldsOf,
  identify,
  isFields,
  isGiven,
  listOf,
  numberOf,
} from './key/index.ts';
export {
  describeKind,
  type Policy,
  policyForClient,
  type Rejection,
  whenBypass,
} from './options/index.ts';
export type { Call } from './pipeline/index.ts';
export {
  type CapturedResponse,
  PacedReplay,
  type Provenance,
  type ResponseCodec,
  type RunningStream,
  type SharedResponse,
  ValueCodec,
  type ValueCodecOptions,
} from './response/index.ts';
export type { StreamWatcher } from './stream/index.ts';
export { Recording } from './stream/recording.ts';
