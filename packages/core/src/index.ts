export { CachedLLM } from './doors/cached-llm.ts';
export type {
  CachedLlmCall,
  CachedResponse,
  WithInfo,
} from './doors/cached-llm-call.ts';
export { cachedLlmCall } from './doors/cached-llm-call.ts';
export { createLlmCache } from './doors/create-llm-cache.ts';
export {
  defaultCache,
  optionsFromEnvironment,
  replaceDefaultCache,
} from './doors/default-cache.ts';
export type { FunctionOptions } from './doors/function-options.ts';
export { openStore } from './doors/open-store.ts';
export { type TrialOptions, trials } from './doors/trials.ts';
export { answerEach } from './effects/answer-each.ts';
export { entryText, readEntryText } from './effects/entry-text.ts';
export type {
  Ledger,
  LedgerFigures,
  LedgerGroup,
  LedgerRow,
  Money,
  SavedAndSpent,
  Timing,
  TokenCount,
} from './effects/ledger-figures.ts';
export type { Logger } from './effects/logger.ts';
export { MemoryStore } from './effects/memory-store.ts';
export type { MemoryStoreOptions } from './effects/memory-store-options.ts';
export { PacedReplay } from './effects/paced-replay.ts';
export { Payload } from './effects/payload.ts';
export { Recording } from './effects/recording.ts';
export type { Leases, Store, StoredRow, StoreSize } from './effects/store.ts';
export type { Ending, Facts, StreamWatcher } from './effects/stream-source.ts';
export { summaryOf } from './effects/summary.ts';
export { decodeValue, encodeValue } from './effects/value-text.ts';
export type { Adapter, BatchRules, Rejection, StreamRules } from './policy/adapter.ts';
export { judge, judgeStream, type Rules } from './policy/admission.ts';
export type { Answer, Answered } from './policy/answer.ts';
export type { CacheStats } from './policy/cache-parts.ts';
export type {
  Asking,
  Bypass,
  Capture,
  Captured,
  Provenance,
  ResponseCodec,
  RunningStream,
} from './policy/call.ts';
export type { CallInfo, Outcome } from './policy/call-info.ts';
export type { CrossRules } from './policy/cross-rules.ts';
export { Crossing, exactFields, type Stored } from './policy/crossing.ts';
export { defaultAdapter, rejectUnfit } from './policy/default-adapter.ts';
export type { EntryFilter } from './policy/entry-filter.ts';
export { finishReasons, rejectFinish } from './policy/finish-reason.ts';
export { identify } from './policy/identify.ts';
export type { InspectedRow, StoredEntry } from './policy/inspection.ts';
export type { LlmCache } from './policy/llm-cache.ts';
export { type NearestEntry, nearestEntry } from './policy/nearest-entry.ts';
export type { Admit, Mode, OnModelChange } from './policy/option-words.ts';
export type { CacheOptions, CallOptions } from './policy/options.ts';
export { isOutageStatus } from './policy/outage.ts';
export type { Policy } from './policy/policy.ts';
export type { PriceOf, Prices } from './policy/prices.ts';
export { resolvePolicy } from './policy/resolve-policy.ts';
export type { Selection } from './policy/steering.ts';
export { ValueCodec, type ValueCodecOptions } from './policy/value-codec.ts';
export type { WarmOptions, WarmReport } from './policy/warm.ts';
export {
  type CallIdentity,
  type Fields,
  isFields,
} from './words/call-identity.ts';
export { differingFields } from './words/differing-fields.ts';
export { type Duration, toMilliseconds } from './words/duration.ts';
export type { Entry, EntryHeader, Served, Usage } from './words/entry.ts';
export { isLlmCacheError, LlmCacheError, type LlmCacheErrorCode } from './words/errors.ts';
export type { CacheEvents, EventName, Listener } from './words/events.ts';
export { type FieldDigests, fieldDigests } from './words/field-digests.ts';
export { isNeutralHeader } from './words/is-neutral-header.ts';
export { kindOf } from './words/kind-of.ts';
export { fieldsOf, isGiven, listOf, numberOf } from './words/reading.ts';
export { shareOut } from './words/share-out.ts';
