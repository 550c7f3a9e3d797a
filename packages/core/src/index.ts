export { CachedLLM } from './doors/cached-llm.ts';
export type {
  CachedLlmCall,
  CachedResponse,
  WithInfo,
} from './doors/cached-llm-call.ts';
export { cachedLlmCall } from './doors/cached-llm-call.ts';
export { createLlmCache } from './doors/create-llm-cache.ts';
export { defaultCache } from './doors/default-cache.ts';
export type { FunctionOptions } from './doors/function-options.ts';
export { openStore } from './doors/open-store.ts';
export { Batch } from './effects/batch.ts';
export { MemoryStore } from './effects/memory-store.ts';
export type { MemoryStoreOptions } from './effects/memory-store-options.ts';
export { PacedReplay } from './effects/paced-replay.ts';
export { Recording } from './effects/recording.ts';
export type { Leases, Store, StoredRow, StoreSize } from './effects/store.ts';
export type { Ending, Facts, StreamWatcher } from './effects/stream-source.ts';
export { decodeValue, encodeValue } from './effects/value-text.ts';
export type { Adapter, BatchRules, Rejection, StreamRules } from './policy/adapter.ts';
export { judge, type Rules } from './policy/admission.ts';
export type { Answer } from './policy/answer.ts';
export type { CacheStats } from './policy/cache-parts.ts';
export type {
  Asking,
  Bypass,
  CallInfo,
  Capture,
  Captured,
  Outcome,
  Provenance,
  ResponseCodec,
  RunningStream,
} from './policy/call.ts';
export type { CrossRules } from './policy/cross-rules.ts';
export { Crossing, exactFields, type Stored } from './policy/crossing.ts';
export { defaultAdapter, rejectUnfit } from './policy/default-adapter.ts';
export { finishReasons, rejectFinish } from './policy/finish-reason.ts';
export { identify } from './policy/identify.ts';
export type { LlmCache } from './policy/llm-cache.ts';
export type {
  Admit,
  CacheOptions,
  CallOptions,
  Mode,
} from './policy/options.ts';
export { isOutageStatus } from './policy/outage.ts';
export { type Policy, resolvePolicy } from './policy/policy.ts';
export type { Selection } from './policy/steering.ts';
export { ValueCodec, type ValueCodecOptions } from './policy/value-codec.ts';
export type { WarmOptions, WarmReport } from './policy/warm.ts';
export {
  type CallIdentity,
  type Fields,
  isFields,
} from './words/call-identity.ts';
export type { Duration } from './words/duration.ts';
export type { Usage } from './words/entry.ts';
export { LlmCacheError, type LlmCacheErrorCode } from './words/errors.ts';
export type { CacheEvents, EventName, Listener } from './words/events.ts';
export { kindOf } from './words/kind-of.ts';
export { fieldsOf, isGiven, listOf, numberOf } from './words/reading.ts';
export { shareOut } from './words/share-out.ts';
