import { cachedAiSdk } from '@cached-llm/ai-sdk';
import { cachedAnthropic } from '@cached-llm/anthropic';
import { cachedBedrock } from '@cached-llm/bedrock';
import { cachedCohere } from '@cached-llm/cohere';
import { cachedLlmCall, createLlmCache, type LlmCache, LlmCacheError } from '@cached-llm/core';
import type { Adapter } from '@cached-llm/core/adapter';
import { MemoryStore, type Store } from '@cached-llm/core/store';
import { cachedGoogle } from '@cached-llm/google';
import { cachedFetch } from '@cached-llm/http';
import { CachedLlmCache } from '@cached-llm/langchain';
import { cachedMistral } from '@cached-llm/mistral';
import { cachedOllama } from '@cached-llm/ollama';
import { cachedGroq, cachedOpenAI, openai } from '@cached-llm/openai';
import { observeCache } from '@cached-llm/otel';
import { redisStore } from '@cached-llm/store-redis';
import { sqliteStore } from '@cached-llm/store-sqlite';
import { useLlmFixtures } from '@cached-llm/testing';
import { OpenAI } from 'openai';

const store: Store = new MemoryStore({ maxEntries: 1 });
export const cache: LlmCache = createLlmCache({ store, ttl: '1h' });
export const adapter: Adapter = openai;
export const client: OpenAI = cachedOpenAI(new OpenAI(), { cache });
export const ask: (question: string) => Promise<string> = cachedLlmCall(
  async (question: string) => question,
  { cache, provider: 'p' },
);
export const others = [cachedAiSdk, cachedAnthropic, cachedBedrock, cachedCohere, cachedGoogle];
export const more = [cachedFetch, CachedLlmCache, cachedMistral, cachedOllama, cachedGroq];
export const rest = [observeCache, redisStore, sqliteStore, useLlmFixtures, LlmCacheError];
