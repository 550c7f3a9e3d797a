// A cache is put together here from its options. It does what is not a call: get and set by identity, many items of one call, invalidate, warm, close.
// It never decides whether an answer is served or stored: that is the pipeline's work.
// Start at create-llm-cache.ts, then read llm-cache.ts.

export type { CacheOptions } from './cache-options.ts';
export {
  cacheOf,
  createLlmCache,
  defaultCache,
  optionsFromEnvironment,
  replaceDefaultCache,
} from './create-llm-cache.ts';
export { answerEach } from './each-item.ts';
export type { EachItemRules } from './item-batch.ts';
export { LlmCache } from './llm-cache.ts';
export { openStore } from './open-store.ts';
export type { Selection } from './selection.ts';
export type { WarmReport } from './warm.ts';
