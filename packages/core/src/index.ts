export type { Adapter, BatchRules, Rejection, StreamRules } from './adapter/adapter.ts';
export { judge, judgeStream, type Rules } from './adapter/admission.ts';
export { answerEach } from './adapter/answer-each.ts';
export type { CrossRules } from './adapter/cross-rules.ts';
export { Crossing, exactFields, type Stored } from './adapter/crossing.ts';
export { defaultAdapter, rejectUnfit } from './adapter/default-adapter.ts';
export { finishReasons, rejectFinish } from './adapter/finish-reason.ts';
export { isNeutralHeader } from './adapter/is-neutral-header.ts';
export { isOutageStatus } from './adapter/outage.ts';
export { shareOut } from './adapter/share-out.ts';
export type { CacheStats } from './cache/cache-parts.ts';
export { createLlmCache } from './cache/create-llm-cache.ts';
export {
  defaultCache,
  optionsFromEnvironment,
  replaceDefaultCache,
} from './cache/default-cache.ts';
export type { LlmCache } from './cache/llm-cache.ts';
export { openStore } from './cache/open-store.ts';
export type { Selection } from './cache/steering.ts';
export type { WarmOptions, WarmReport } from './cache/warm.ts';
export type { Entry, EntryHeader, Served, Usage } from './entry/entry.ts';
export { entryText, readEntryText } from './entry/entry-text.ts';
export { Payload } from './entry/payload.ts';
export { decodeValue, encodeValue } from './entry/value-text.ts';
export type { CacheEvents, EventName, Listener } from './events/events.ts';
export type { Logger } from './events/logger.ts';
export { CachedLLM } from './function/cached-llm.ts';
export type {
  CachedLlmCall,
  CachedResponse,
  WithInfo,
} from './function/cached-llm-call.ts';
export { cachedLlmCall } from './function/cached-llm-call.ts';
export type { FunctionOptions } from './function/function-options.ts';
export { type TrialOptions, trials } from './function/trials.ts';
export type { EntryFilter } from './inspection/entry-filter.ts';
export type { InspectedRow, StoredEntry } from './inspection/inspection.ts';
export { type NearestEntry, nearestEntry } from './inspection/nearest-entry.ts';
export {
  type CallIdentity,
  type Fields,
  isFields,
} from './key/call-identity.ts';
export { differingFields } from './key/differing-fields.ts';
export { type FieldDigests, fieldDigests } from './key/field-digests.ts';
export { identify } from './key/identify.ts';
export { fieldsOf, isGiven, listOf, numberOf } from './key/reading.ts';
export type {
  Ledger,
  LedgerFigures,
  LedgerGroup,
  LedgerRow,
  Money,
  SavedAndSpent,
  Timing,
  TokenCount,
} from './ledger/ledger-figures.ts';
export type { PriceOf, Prices } from './ledger/prices.ts';
export { summaryOf } from './ledger/summary.ts';
export { MemoryStore } from './memory/memory-store.ts';
export type { MemoryStoreOptions } from './memory/memory-store-options.ts';
export { type Duration, toMilliseconds } from './options/duration.ts';
export { isLlmCacheError, LlmCacheError, type LlmCacheErrorCode } from './options/errors.ts';
export { kindOf } from './options/kind-of.ts';
export type { Admit, Mode, OnModelChange } from './options/option-words.ts';
export type { CacheOptions, CallOptions } from './options/options.ts';
export type { Policy } from './options/policy.ts';
export { resolvePolicy } from './options/resolve-policy.ts';
export type { Answer, Answered } from './pipeline/answer.ts';
export type {
  Asking,
  Bypass,
  Capture,
  Captured,
  Provenance,
  ResponseCodec,
  RunningStream,
} from './pipeline/call.ts';
export type { CallInfo, Outcome } from './pipeline/call-info.ts';
export { ValueCodec, type ValueCodecOptions } from './response/value-codec.ts';
export type { Leases, Store, StoredRow, StoreSize } from './store/store.ts';
export { PacedReplay } from './stream/paced-replay.ts';
export { Recording } from './stream/recording.ts';
export type { Ending, Facts, StreamWatcher } from './stream/stream-source.ts';
