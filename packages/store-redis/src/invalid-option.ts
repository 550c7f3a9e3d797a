import { LlmCacheError } from '@cached-llm/core';

/** Misuse of `redisStore()`; no sentence repeats a URL, since that may hold a password. */
export function invalid(sentence: string, cause?: unknown): LlmCacheError {
  return new LlmCacheError('INVALID_OPTION', `redisStore: ${sentence}`, { cause });
}
