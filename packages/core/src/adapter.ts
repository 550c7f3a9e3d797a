// @cached-llm/core/adapter: what the author of a provider package imports. Start at Adapter, which describes a provider.

export {
  type AccountRequest,
  accountInKey,
  credentialDigest,
  isAccountHeader,
  isCredential,
  STORED_ANSWER_RETENTION,
} from './adapter/account.ts';
export { type AdmissionRules, defaultAdapter, judge } from './adapter/admission.ts';
export { type EmbeddingFormat, embeddingParts } from './adapter/batch.ts';
export { type CrossMode, type CrossRules, crossMode, exactFields } from './adapter/cross-mode.ts';
export { finishReasons, hasRefusal, rejectFinish } from './adapter/finish-reason.ts';
export {
  asksForSearch,
  isHostedBlock,
  isHostedCandidate,
  saysSearched,
} from './adapter/hosted-tools.ts';
export {
  type AccountIds,
  type Adapter,
  type BatchRules,
  type InstanceRules,
  isOutageStatus,
  ownEchoes,
  type StreamRules,
  settled,
  type Verdict,
  withOwnEchoes,
} from './adapter/index.ts';
export { isSpliced, judgeStream } from './adapter/judge-stream.ts';
export {
  jsonIn,
  type ModelMessage,
  messageOf,
  messagesIn,
  saysNothing,
  type ToolCall,
  wantsJson,
} from './adapter/model-message.ts';
export { isNeutralHeader } from './adapter/neutral-headers.ts';
export {
  admission,
  offersTool,
  type ProviderAdmission,
  rejectContent,
  rejectMessage,
  rejectMessages,
  worstOf,
} from './adapter/provider-admission.ts';
export {
  type ExpectedVersions,
  installedVersion,
  requireVersion,
  versionInUserAgent,
} from './adapter/sdk-version.ts';
export { hasOpening, isOutOfOrder } from './adapter/stream-order.ts';
export {
  type ExpectedRanking,
  type ExpectedVectors,
  type RankedDocument,
  rejectRanking,
  rejectVectors,
} from './adapter/vectors.ts';
export { answerEach, cacheOf, type EachItemRules } from './cache/index.ts';
export {
  decodeValue,
  encodeValue,
  Payload,
  SdkInstance,
  type Usage,
  usageIn,
} from './entry/index.ts';
export type { Bypass, BypassReason, CallEndpoint } from './events/index.ts';
export {
  digest,
  type Fields,
  fieldsOf,
  hasLongInteger,
  identify,
  isFields,
  isGiven,
  listOf,
  numberOf,
  parseExactly,
} from './key/index.ts';
export {
  controlledPolicy,
  describeKind,
  isControlHeader,
  type Policy,
  policyForClient,
  type ReadControl,
  type Rejection,
  readControl,
  readControlHeaders,
  toMilliseconds,
  whenBypass,
} from './options/index.ts';
export { bypassAnswer, type Call, shareOrigin, traceSignal } from './pipeline/index.ts';
export {
  type CapturedResponse,
  type Provenance,
  type ResponseCodec,
  type RunningStream,
  type SharedResponse,
  ValueCodec,
  type ValueCodecOptions,
} from './response/index.ts';
export { PacedReplay } from './response/paced-replay.ts';
export type { StreamWatcher } from './stream/index.ts';
export { Recording } from './stream/recording.ts';
