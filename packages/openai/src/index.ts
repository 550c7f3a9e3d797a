export { type CachedOpenAIOptions, cachedOpenAI, openai } from './openai.ts';
