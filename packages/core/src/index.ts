// What users of the cache import: a cached function, a cached method, a cache and its options.
// It never exports what only authors of provider packages (see adapter.ts) or of stores (see store.ts) need.
// Start at cachedLlmCall for a function, and at createLlmCache for a cache.

export {
  type CacheOptions,
  createLlmCache,
  defaultCache,
  LlmCache,
  type Selection,
} from './cache/index.ts';
export type { CacheEvents, EventName } from './events/index.ts';
export {
  CachedLLM,
  type CachedLlmCall,
  type CachedResponse,
  type CallControls,
  cachedLlmCall,
  type FunctionOptions,
  type MethodOptions,
  trials,
  type WithInfo,
} from './function/index.ts';
export type { CallIdentity } from './key/index.ts';
export type { CacheStats, Ledger, LedgerRow } from './ledger/index.ts';
export {
  type CallControl,
  type CallOptions,
  control,
  type Duration,
  isLlmCacheError,
  LlmCacheError,
  type LlmCacheFailure,
  type Mode,
} from './options/index.ts';
export { type AnswerInfo, type CallInfo, infoOf, invalidateAnswer } from './pipeline/index.ts';
