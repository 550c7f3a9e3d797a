// This room is the rulebook for the author of a provider package: what an adapter describes, and which answers may be stored.
// It never imports an SDK, and it never writes to a store.
// Start at adapter.ts, then read admission.ts, which judges, and provider-admission.ts, which has the rules; a provider's finish reason is added in finish-reason.ts.
export type { AccountIds, Adapter, BatchRules, InstanceRules, StreamRules } from './adapter.ts';
export {
  type AdmissionRules,
  decisionOf,
  isAdmitted,
  judge,
  settled,
  type Verdict,
} from './admission.ts';
export { ProviderBackOff } from './back-off.ts';
export { type EmbeddingFormat, embeddingParts } from './batch.ts';
export {
  type CrossMode,
  type CrossRules,
  crossMode,
  exactFields,
  type StoredResponse,
} from './cross-mode.ts';
export { defaultAdapter } from './default-adapter.ts';
export { ownEchoes, withOwnEchoes } from './echoes.ts';
export { finishReasons, hasRefusal, rejectFinish } from './finish-reason.ts';
export { isSpliced, judgeStream } from './judge-stream.ts';
export {
  jsonIn,
  type ModelMessage,
  messageOf,
  messagesIn,
  saysNothing,
  type ToolCall,
  wantsJson,
} from './model-message.ts';
export { isNeutralHeader } from './neutral-headers.ts';
export {
  type Failure,
  isKnownOutage,
  isOfOneCaller,
  isOutage,
  isOutageStatus,
  mayBeCharged,
  statusOf,
} from './outage.ts';
export {
  admission,
  offersTool,
  type ProviderAdmission,
  rejectChoices,
  rejectContent,
  rejectMessage,
  rejectMessages,
  worstOf,
} from './provider-admission.ts';
export {
  type ExpectedVersions,
  installedVersion,
  requireVersion,
  versionInUserAgent,
} from './sdk-version.ts';
export { hasOpening, isOutOfOrder } from './stream-order.ts';
export {
  type ExpectedRanking,
  type ExpectedVectors,
  type RankedDocument,
  rejectRanking,
  rejectVectors,
} from './vectors.ts';

/** Loads what only a stream needs. */
export const loadJudgeStream = () => import('./judge-stream.ts');
