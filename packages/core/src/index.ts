export {
  type Adapter,
  type AdmissionRules,
  answerEach,
  type BatchRules,
  CrossMode,
  type CrossRules,
  defaultAdapter,
  exactFields,
  finishReasons,
  isNeutralHeader,
  isOutageStatus,
  judge,
  judgeStream,
  rejectFinish,
  rejectUnusable,
  type StoredResponse,
  type StreamRules,
  splitByWeight,
  type Verdict,
} from './adapter/index.ts';
export {
  type CacheOptions,
  createLlmCache,
  defaultCache,
  LlmCache,
  openStore,
  optionsFromEnvironment,
  replaceDefaultCache,
  type Selection,
  type WarmOptions,
  type WarmReport,
} from './cache/index.ts';
export {
  decodeValue,
  type Entry,
  type EntryHeader,
  encodeValue,
  entryText,
  Payload,
  readEntryText,
  type Served,
  type Usage,
} from './entry/index.ts';
export type { Bypass, CacheEvents, EventName, Listener, Logger } from './events/index.ts';
export {
  CachedLLM,
  type CachedLlmCall,
  type CachedResponse,
  cachedLlmCall,
  type FunctionOptions,
  type TrialOptions,
  trials,
  type WithInfo,
} from './function/index.ts';
export {
  type EntryFilter,
  type InspectedRow,
  type NearestEntry,
  nearestEntry,
  type StoredEntry,
} from './inspection/index.ts';
export {
  type CallIdentity,
  differingFields,
  type FieldDigests,
  type Fields,
  fieldDigests,
  fieldsOf,
  identify,
  isFields,
  isGiven,
  listOf,
  numberOf,
} from './key/index.ts';
export type {
  CacheStats,
  Ledger,
  LedgerFigures,
  LedgerGroup,
  LedgerRow,
  Money,
  PriceOf,
  SavedAndSpent,
  Timing,
  TokenCount,
} from './ledger/index.ts';
export { MemoryStore, type MemoryStoreOptions } from './memory/index.ts';
export {
  type Admit,
  type CallOptions,
  type Duration,
  describeKind,
  isLlmCacheError,
  LlmCacheError,
  type LlmCacheErrorCode,
  type Mode,
  type OnModelChange,
  type Policy,
  policyForClient,
  type Rejection,
  toMilliseconds,
} from './options/index.ts';
export type { Answer, Call, CallInfo } from './pipeline/index.ts';
export {
  type CapturedResponse,
  type Provenance,
  type ResponseCodec,
  type RunningStream,
  type SharedResponse,
  ValueCodec,
  type ValueCodecOptions,
} from './response/index.ts';
export type { Leases, Store, StoredRow, StoreSize } from './store/index.ts';
export { PacedReplay, Recording, type RecordingEnd, type StreamWatcher } from './stream/index.ts';
